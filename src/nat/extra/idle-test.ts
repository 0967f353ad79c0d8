/**
 * Whether one mapping that has been idle is still there (RFC 5780 §4.6): another socket asks the server to reply to its
 * public port, so that nothing but the reply itself touches it. A control socket, whose mapping is fresh, is to hear the
 * same: only if it does is silence evidence, by the rule in silence.ts.
 */
import type { Endpoint } from '../../endpoint.ts';
import { createProbe, givenUpAt, type Probe } from '../probes/probe.ts';
import { pursue, type Wire } from '../probes/pursue.ts';
import { judgeSilence } from '../probes/silence.ts';
import type { Reason } from '../reason.ts';

/** After this many the loss is too high to conclude anything, as in filtering.ts. */
const MAX_ROUNDS = 60;

export type IdleFinding = 'alive' | 'dead' | { readonly reason: Reason };

export interface IdleTestOptions extends Wire {
  readonly server: Endpoint;
  /** The socket that asks. */
  readonly tester: string;
  readonly control: string;
  readonly idle: { readonly socket: string; readonly mapped: Endpoint };
}

export interface IdleTest {
  /** Refreshes the mappings of tester and control, before the test itself begins; answers when to be called again. */
  readonly prepare: (now: number) => number;
  /** Asks in rounds; answers when to be called again. */
  readonly step: (now: number) => number;
  readonly finding: (now: number) => IdleFinding | null;
}

export function createIdleTest({ exchange, pace, server, tester, control, idle }: IdleTestOptions): IdleTest {
  const plain = (test: string, socket: string): Probe =>
    createProbe({ test, socket, to: server, change: 'none', expectedFrom: () => server });
  const redirected = (test: string, hearsAt: string, responsePort: number): Probe =>
    createProbe({
      test,
      socket: tester,
      to: server,
      change: 'none',
      responsePort,
      hearsAt,
      expectedFrom: () => server,
    });
  const fresh = plain('lifetime.refresh', control);
  const refreshed = [fresh, plain('lifetime.refresh', tester)];
  const companion = plain('lifetime.companion', control);
  const asked = redirected('lifetime.idle', idle.socket, idle.mapped.port);
  let controlled: Probe | null = null;
  let lastRoundAt = Number.NEGATIVE_INFINITY;

  const ask = (now: number, port: number): void => {
    controlled ??= redirected('lifetime.control', control, port);
    lastRoundAt = now;
    for (const probe of [companion, controlled, asked]) exchange.send(now, probe);
  };

  return {
    prepare: (now) => pursue(now, refreshed, { exchange, pace }),
    step: (now) => {
      const preparedAt = pursue(now, refreshed, { exchange, pace });
      if (!fresh.answer || refreshed.some(({ answer }) => !answer)) return preparedAt;
      const isOver = companion.sends.length >= MAX_ROUNDS;
      if (!isOver && now >= lastRoundAt + pace.roundMs()) ask(now, fresh.answer.mapped.port);
      return lastRoundAt + (isOver ? pace.patienceMs() : pace.roundMs());
    },
    finding: (now) => {
      if (asked.answer) return 'alive';
      if (refreshed.some((probe) => !probe.answer && givenUpAt(probe, pace) <= now)) return { reason: 'too-much-loss' };
      // The reply goes to the public address that the tester was seen at.
      if (refreshed.some(({ answer }) => answer && answer.mapped.address !== idle.mapped.address)) {
        return { reason: 'several-public-addresses' };
      }
      if (asked.errorCode !== null) return { reason: 'response-port-refused' };
      const due = (probe: Probe | null) => probe?.sends.filter(({ at }) => at + pace.patienceMs() <= now) ?? [];
      const answered = (probe: Probe | null): number =>
        due(probe).filter(({ answeredAt }) => answeredAt !== null).length;
      const controls = { controlSends: due(controlled).length, controlAnswers: answered(controlled) };
      const judged = judgeSilence({ rounds: answered(companion), ...controls });
      if (judged === 'proven') return 'dead';
      if (judged === 'control-mute') return { reason: 'response-port-refused' };
      return due(companion).length >= MAX_ROUNDS ? { reason: 'too-much-loss' } : null;
    },
  };
}
