/**
 * Whether one mapping that has been idle is still there (RFC 5780 §4.6): another socket asks the server to reply to its
 * public port, so that nothing but the reply itself touches it. A control socket, whose mapping is fresh, is to hear the
 * same: only if it does is silence evidence, by the rule in silence.ts.
 */
import type { Endpoint } from '../../endpoint.ts';
import { askTogether } from '../probes/ask.ts';
import { type Exchange, sendProbe } from '../probes/exchange.ts';
import { createProbe, isGivenUp, type Probe } from '../probes/probe.ts';
import { answeredCount, dueSends, judgeSilence, MAX_ROUNDS } from '../probes/silence.ts';
import type { Reason } from '../reason.ts';

export type IdleFinding = 'alive' | 'dead' | { readonly reason: Reason };

export interface IdleTestOptions {
  readonly exchange: Exchange;
  readonly server: Endpoint;
  /** The socket that asks. */
  readonly tester: string;
  readonly control: string;
  readonly idle: { readonly socket: string; readonly mapped: Endpoint };
}

export interface IdleTest extends IdleTestOptions {
  /** What makes the mapping of the control fresh, and tells its public port. */
  readonly fresh: Probe;
  /** `fresh`, and the same for the tester. */
  readonly refreshed: readonly Probe[];
  /** The plain request of each round. */
  readonly companion: Probe;
  /** Asks for a reply to the idle mapping. */
  readonly asked: Probe;
  /** Asks for a reply to the control's mapping, once its port is known. */
  controlled: Probe | null;
  lastRoundAt: number;
}

export function createIdleTest(options: IdleTestOptions): IdleTest {
  const { server: to, tester, control, idle } = options;
  const fresh = createProbe({ test: 'lifetime.refresh', socket: control, to });
  return {
    ...options,
    fresh,
    refreshed: [fresh, createProbe({ test: 'lifetime.refresh', socket: tester, to })],
    companion: createProbe({ test: 'lifetime.companion', socket: control, to }),
    asked: createProbe({
      test: 'lifetime.idle',
      socket: tester,
      to,
      responsePort: idle.mapped.port,
      hearsAt: idle.socket,
    }),
    controlled: null,
    lastRoundAt: Number.NEGATIVE_INFINITY,
  };
}

/** Refreshes the mappings of tester and control, before the test itself begins. @returns when to call again. */
export function prepareIdleTest(now: number, { exchange, refreshed }: IdleTest): number {
  return askTogether(now, exchange, refreshed);
}

/** Asks in rounds. @returns when to call again. */
export function stepIdleTest(now: number, test: IdleTest): number {
  const { exchange, fresh, refreshed, companion } = test;
  const preparedAt = prepareIdleTest(now, test);
  if (!fresh.answer || refreshed.some(({ answer }) => !answer)) return preparedAt;
  const isOver = (): boolean => companion.sends.length >= MAX_ROUNDS;
  if (!isOver() && now >= test.lastRoundAt + exchange.pace.roundMs()) startRound(now, test, fresh.answer.mapped.port);
  return test.lastRoundAt + (isOver() ? exchange.pace.patienceMs() : exchange.pace.roundMs());
}

function startRound(now: number, test: IdleTest, controlPort: number): void {
  const { exchange, server: to, tester, control, companion, asked } = test;
  test.controlled ??= createProbe({
    test: 'lifetime.control',
    socket: tester,
    to,
    responsePort: controlPort,
    hearsAt: control,
  });
  test.lastRoundAt = now;
  for (const probe of [companion, test.controlled, asked]) sendProbe(now, exchange, probe);
}

/** What is known of the idle mapping; null while more may still come. */
export function idleFinding(now: number, test: IdleTest): IdleFinding | null {
  const { exchange, idle, refreshed, asked } = test;
  if (asked.answer) return 'alive';
  if (refreshed.some((probe) => isGivenUp(now, probe, exchange.pace))) return { reason: 'too-much-loss' };
  // The reply goes to the public address that the tester was seen at.
  if (refreshed.some(({ answer }) => answer && answer.mapped.address !== idle.mapped.address)) {
    return { reason: 'several-public-addresses' };
  }
  return asked.errorCode === null ? judgeIdle(now, test) : { reason: 'response-port-refused' };
}

/** What the silence of the idle mapping says. */
function judgeIdle(now: number, { exchange, companion, controlled }: IdleTest): IdleFinding | null {
  const rounds = dueSends(now, companion.sends, exchange.pace);
  const controls = dueSends(now, controlled?.sends ?? [], exchange.pace);
  const judged = judgeSilence({
    rounds: answeredCount(rounds),
    controlSends: controls.length,
    controlAnswers: answeredCount(controls),
  });
  if (judged === 'proven') return 'dead';
  if (judged === 'control-mute') return { reason: 'response-port-refused' };
  return rounds.length >= MAX_ROUNDS ? { reason: 'too-much-loss' } : null;
}
