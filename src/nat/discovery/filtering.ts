/**
 * The filtering test (RFC 5780 §4.4) with a control: a fresh socket that has sent to nobody but the primary asks for
 * replies from elsewhere. What comes has passed the filter; what does not is evidence only by the rule in silence.ts.
 */
import type { Endpoint } from '../../endpoint.ts';
import { type Finding, found, undetermined } from '../behavior.ts';
import { type Exchange, sendProbe } from '../probes/exchange.ts';
import { type Pace, STEADY_SENDS } from '../probes/pace.ts';
import { createProbe, isRefused, type Probe } from '../probes/probe.ts';
import { answeredCount, dueSends, judgeSilence, MAX_ROUNDS } from '../probes/silence.ts';
import type { Reason } from '../reason.ts';
import { type AskedServer, changedSource, type Elsewhere } from './alternate.ts';
import {
  askForChange,
  type Control,
  controlBeganAt,
  controlObstacle,
  controlProbes,
  controlTally,
  createControl,
  isWayOpen,
  openWays,
} from './control.ts';

/** When the companions of so many rounds are missing, the path is cut, and rounds would be used up in vain. */
const OUTAGE_ROUNDS = 4;

export interface FilteringTest {
  readonly exchange: Exchange;
  /** Its alternates may become known after the test has begun. */
  readonly server: AskedServer;
  /** The companion of every round. */
  readonly plain: Probe;
  readonly changed: Readonly<Record<Elsewhere, Probe>>;
  readonly control: Control;
  lastRoundAt: number;
  finding: Finding | null;
}

/** @param to the server's primary endpoint. */
export function createFilteringTest(exchange: Exchange, to: Endpoint): FilteringTest {
  const server: AskedServer = { primary: to, other: null };
  const changed = (change: Elsewhere): Probe =>
    createProbe({
      test: `filtering.change-${change}`,
      socket: 'filtering',
      to,
      change,
      expectedFrom: () => server.other && changedSource(to, server.other, change),
    });
  const plain = createProbe({ test: 'filtering.plain', socket: 'filtering', to });
  return {
    exchange,
    server,
    plain,
    changed: { port: changed('port'), 'ip-and-port': changed('ip-and-port') },
    control: createControl({ exchange, server, companion: plain }),
    lastRoundAt: Number.NEGATIVE_INFINITY,
    finding: null,
  };
}

export function filteringProbes({ plain, changed, control }: FilteringTest): readonly Probe[] {
  return [plain, changed.port, changed['ip-and-port'], ...controlProbes(control)];
}

/** Does what is due. @returns when to call again if nothing comes; Infinity once there is a finding. */
export function stepFiltering(now: number, test: FilteringTest): number {
  const { plain, control, exchange } = test;
  test.finding ??= explain(passageOf(now, test, 'port'), passageOf(now, test, 'ip-and-port'));
  if (test.finding) return Number.POSITIVE_INFINITY;
  const controlAt = openWays(now, control);
  if (nextRoundAt(now, test) <= now) startRound(now, test);
  // Each send becomes evidence when its reply is due.
  const dueAt = nextDueAt(now, [plain, ...controlProbes(control)], exchange.pace);
  return Math.min(controlAt, nextRoundAt(now, test), dueAt);
}

/** Whether the reply from there gets through the filter. */
type Passage = { readonly kind: 'passed' | 'blocked' } | { readonly kind: 'unknown'; readonly reason: Reason };

/** What is known of the reply from there; null while more may still come. */
function passageOf(now: number, test: FilteringTest, change: Elsewhere): Passage | null {
  const { plain, control, exchange, lastRoundAt } = test;
  const probe = test.changed[change];
  if (probe.answer) return { kind: 'passed' };
  if (isRefused(probe)) return { kind: 'unknown', reason: 'error-replies' };
  const obstacle = controlObstacle(now, control, change);
  if (obstacle) return { kind: 'unknown', reason: obstacle };
  // A round counts when its companion was answered, and both the changed reply and that one had their time.
  const tally = controlTally(now, control, change);
  // While the control has heard nothing, what counts is whether it should have: by the rounds that it took part in.
  const from = tally.controlAnswers === 0 ? controlBeganAt(control, change) : Number.NEGATIVE_INFINITY;
  const rounds = answeredCount(dueSends(now, plain.sends, exchange.pace).filter(({ at }) => at >= from));
  const judged = judgeSilence({ rounds, ...tally });
  if (judged === 'proven') return { kind: 'blocked' };
  if (judged === 'control-mute') return { kind: 'unknown', reason: 'alternate-mute' };
  const isOver = plain.sends.length >= MAX_ROUNDS && now >= lastRoundAt + exchange.pace.patienceMs();
  return isOver ? { kind: 'unknown', reason: 'too-much-loss' } : null;
}

/** The filter that explains both passages, or null while one that matters is open. */
function explain(port: Passage | null, ipAndPort: Passage | null): Finding | null {
  if (ipAndPort?.kind === 'passed') return found('endpoint-independent');
  // A filter that stops another port of a known address stops another address as well (RFC 4787 §5).
  if (port?.kind === 'blocked') return found('address-and-port-dependent');
  if (!port || !ipAndPort) return null;
  if (port.kind === 'unknown') return undetermined(port.reason);
  return ipAndPort.kind === 'unknown' ? undetermined(ipAndPort.reason) : found('address-dependent');
}

function undecided(now: number, test: FilteringTest): readonly Elsewhere[] {
  return (['port', 'ip-and-port'] as const).filter((change) => passageOf(now, test, change) === null);
}

function startRound(now: number, test: FilteringTest): void {
  const { exchange, plain, changed, control } = test;
  test.lastRoundAt = now;
  sendProbe(now, exchange, plain);
  for (const change of undecided(now, test)) {
    sendProbe(now, exchange, changed[change]);
    askForChange(now, control, change);
  }
}

/** Rounds are fast only while they are evidence for something: while a control goes with them, and companions are answered. */
function nextRoundAt(now: number, test: FilteringTest): number {
  const { exchange, plain, control, lastRoundAt } = test;
  const tries = plain.sends.length;
  if (tries >= MAX_ROUNDS) return Number.POSITIVE_INFINITY;
  const lastDue = dueSends(now, plain.sends, exchange.pace).slice(-OUTAGE_ROUNDS);
  const isCut = lastDue.length === OUTAGE_ROUNDS && answeredCount(lastDue) === 0;
  const isFast = !isCut && undecided(now, test).some((change) => isWayOpen(control, change));
  return (
    lastRoundAt + (isFast ? exchange.pace.roundMs() : exchange.pace.gapMs(Math.min(Math.max(1, tries), STEADY_SENDS)))
  );
}

/** The earliest future time at which some send's reply is due. */
function nextDueAt(now: number, probes: readonly Probe[], pace: Pace): number {
  const patience = pace.patienceMs();
  const due = probes.flatMap(({ sends }) => sends.map(({ at }) => at + patience)).filter((at) => at > now);
  return Math.min(Number.POSITIVE_INFINITY, ...due);
}
