/**
 * The filtering axis (RFC 5780 §4.4) with a control: a fresh socket that has sent to nobody but the primary asks for
 * replies from elsewhere. What comes has passed the filter; what does not is evidence only by the rule in silence.ts.
 */

import { type Finding, found, undetermined } from '../behavior.ts';
import type { Pace } from '../probes/pace.ts';
import { createProbe, isRefused, type Probe } from '../probes/probe.ts';
import type { Wire } from '../probes/pursue.ts';
import { judgeSilence } from '../probes/silence.ts';
import type { Reason } from '../reason.ts';
import { type AskedServer, changedSource, type Elsewhere } from './alternate.ts';
import type { Axis } from './axis.ts';
import { createControl } from './control.ts';

/** After this many the loss is too high to conclude anything: half of the rounds count when half of all packets are lost. */
const MAX_ROUNDS = 60;

type Passage = { readonly kind: 'passed' | 'blocked' } | { readonly kind: 'unknown'; readonly reason: Reason };

export function createFilteringAxis(options: Wire & AskedServer): Axis {
  const { exchange, pace, server, other } = options;
  const ask = (test: string, change: Elsewhere | 'none'): Probe =>
    createProbe({
      test: `filtering.${test}`,
      socket: 'filtering',
      to: server,
      change,
      expectedFrom: () => {
        const alternate = other();
        return change === 'none' ? server : alternate && changedSource(server, alternate, change);
      },
    });
  const plain = ask('plain', 'none');
  const changed = {
    port: ask('change-port', 'port'),
    'ip-and-port': ask('change-ip-and-port', 'ip-and-port'),
  } as const;
  const control = createControl(options);
  let finding: Finding | null = null;
  let lastRoundAt = Number.NEGATIVE_INFINITY;

  /** Rounds that count: the companion was answered, and the changed reply had its time and that of its companion. */
  const rounds = (now: number): number => {
    const dueBefore = now - pace.patienceMs();
    return plain.sends.filter(({ at, answeredAt }) => answeredAt !== null && at <= dueBefore).length;
  };

  const passage = (now: number, change: Elsewhere): Passage | null => {
    const probe = changed[change];
    if (probe.answer) return { kind: 'passed' };
    if (isRefused(probe)) return { kind: 'unknown', reason: 'error-replies' };
    const obstacle = control.obstacle(now, change);
    if (obstacle) return { kind: 'unknown', reason: obstacle };
    const judged = judgeSilence({ rounds: rounds(now), ...control.tally(now, change) });
    if (judged === 'proven') return { kind: 'blocked' };
    if (judged === 'control-mute') return { kind: 'unknown', reason: 'alternate-mute' };
    const lastDue = lastRoundAt + pace.patienceMs();
    return plain.sends.length >= MAX_ROUNDS && now >= lastDue ? { kind: 'unknown', reason: 'too-much-loss' } : null;
  };

  const undecided = (now: number): readonly Elsewhere[] =>
    (['port', 'ip-and-port'] as const).filter((change) => passage(now, change) === null);

  const startRound = (now: number): void => {
    lastRoundAt = now;
    exchange.send(now, plain);
    for (const change of undecided(now)) {
      exchange.send(now, changed[change]);
      control.ask(now, change);
    }
  };

  /** Rounds are fast only while they are evidence for something: while a control goes with them. */
  const nextRoundAt = (now: number): number => {
    const tries = plain.sends.length;
    if (tries >= MAX_ROUNDS) return Number.POSITIVE_INFINITY;
    const isFast = undecided(now).some(control.isReady);
    return lastRoundAt + (isFast ? pace.roundMs() : pace.gapMs(Math.max(1, tries)));
  };

  return {
    probes: () => [plain, changed.port, changed['ip-and-port'], ...control.probes()],
    finding: () => finding,
    step: (now) => {
      finding ??= conclude(passage(now, 'port'), passage(now, 'ip-and-port'));
      if (finding) return Number.POSITIVE_INFINITY;
      const controlAt = control.step(now);
      if (nextRoundAt(now) <= now) startRound(now);
      // Each send becomes evidence when its reply is due.
      return Math.min(controlAt, nextRoundAt(now), nextDue(now, [plain, ...control.probes()], pace));
    },
  };
}

/** The filter that explains both passages, or null while one that matters is open. */
function conclude(port: Passage | null, ipAndPort: Passage | null): Finding | null {
  if (ipAndPort?.kind === 'passed') return found('endpoint-independent');
  // A filter that stops another port of a known address stops another address as well (RFC 4787 §5).
  if (port?.kind === 'blocked') return found('address-and-port-dependent');
  if (!port || !ipAndPort) return null;
  if (port.kind === 'unknown') return undetermined(port.reason);
  return ipAndPort.kind === 'unknown' ? undetermined(ipAndPort.reason) : found('address-dependent');
}

/** The earliest future time at which some send's reply is due. */
function nextDue(now: number, probes: readonly Probe[], pace: Pace): number {
  const patience = pace.patienceMs();
  const due = probes.flatMap(({ sends }) => sends.map(({ at }) => at + patience)).filter((at) => at > now);
  return Math.min(Number.POSITIVE_INFINITY, ...due);
}
