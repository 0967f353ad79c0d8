/**
 * How long a mapping lives without traffic (RFC 4787 §4.3, RFC 5780 §4.6) as a sans-IO session: many sockets make their
 * mappings at once and stay idle, each for its own time; so it takes as long as the first that is gone, or the longest.
 */
import type { Endpoint } from '../../endpoint.ts';
import type { Session } from '../../session.ts';
import { askTogether } from '../probes/ask.ts';
import { createExchange } from '../probes/exchange.ts';
import { createProbe, isSettled, type Probe } from '../probes/probe.ts';
import type { Reason } from '../reason.ts';
import {
  createIdleTest,
  type IdleFinding,
  type IdleTest,
  idleFinding,
  prepareIdleTest,
  stepIdleTest,
} from './idle-test.ts';
import { type Asking, sessionOf } from './session.ts';

/** RFC 4787 REQ-5 asks for two minutes at least and recommends five; many NATs keep 30 s, and some less. */
const IDLE_TIMES_S = [10, 20, 30, 45, 60, 90, 120, 150, 180, 240, 300] as const;
/** A time so close before the longest one would be tested in vain. */
const MIN_DISTANCE_S = 5;
/** How long before a test its control is made fresh: time enough for several lost packets. */
const PREPARATION_MS = 3000;

const TESTER = 'lifetime-tester';
const CONTROL = 'lifetime-control';

/** A mapping that was idle for `atLeastS` seconds was still there, one that was for `atMostS` was gone (null: none was). */
export type Lifetime =
  | { readonly atLeastS: number; readonly atMostS: number | null; readonly reason: Reason | null }
  | { readonly atLeastS: null; readonly atMostS: null; readonly reason: Reason };

/** What is known so far: that a mapping has lived idle for so long. */
export interface LifetimeProgress {
  readonly aliveAfterS: number;
}

export interface LifetimeOptions {
  readonly server: Endpoint;
  readonly idleTimesS: readonly number[];
  readonly now: number;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly onProgress?: ((progress: LifetimeProgress) => void) | undefined;
}

/** The idle times to test, in seconds and in order; the longest is `maxS`. */
export function idleTimes(maxS: number): readonly number[] {
  return [...IDLE_TIMES_S.filter((seconds) => seconds <= maxS - MIN_DISTANCE_S), maxS];
}

export function lifetimeSockets(idleTimesS: readonly number[]): readonly string[] {
  return [TESTER, CONTROL, ...idleTimesS.map(socketOf)];
}

/** A socket that makes its mapping at the start, and is tested after so many seconds. */
interface Idle {
  readonly seconds: number;
  readonly socket: string;
  readonly opener: Probe;
  test: IdleTest | null;
  /** When its test began: late after a computer slept. */
  testedAt: number | null;
}

interface State extends Asking<Lifetime> {
  readonly server: Endpoint;
  readonly onProgress: LifetimeOptions['onProgress'];
  /** The opener of the control socket. */
  readonly control: Probe;
  readonly idles: readonly Idle[];
  /** The control's own mapping is tested first, at once: it tells whether the server can do this at all. */
  trial: IdleTest | null;
  isFeasible: boolean;
  /** The place in `idles` of the one that is waited for. */
  next: number;
  /** The longest idle time after which a mapping was still there. */
  aliveS: number;
}

export function createLifetimeTest(options: LifetimeOptions): Session<Lifetime> {
  return sessionOf(initialState(options), { advance });
}

function initialState({ server, idleTimesS, now: startedAt, randomBytes, onProgress }: LifetimeOptions): State {
  const openerOf = (socket: string): Probe => createProbe({ test: 'lifetime.open', socket, to: server });
  const idles = idleTimesS.map((seconds): Idle => {
    const socket = socketOf(seconds);
    return { seconds, socket, opener: openerOf(socket), test: null, testedAt: null };
  });
  return {
    server,
    exchange: createExchange(randomBytes),
    onProgress,
    control: openerOf(CONTROL),
    idles,
    trial: null,
    isFeasible: false,
    next: 0,
    aliveS: 0,
    wakeAt: startedAt,
    result: null,
  };
}

function advance(now: number, state: State): void {
  if (state.result) return;
  if (!state.isFeasible) state.wakeAt = begin(now, state);
  if (state.isFeasible && !state.result) state.wakeAt = testNext(now, state);
}

/** Opens all mappings, then tries the test on one that is there. @returns when to call again. */
function begin(now: number, state: State): number {
  const { exchange, control, idles } = state;
  const openers = [control, ...idles.map(({ opener }) => opener)];
  const openAt = askTogether(now, exchange, openers);
  if (!openers.every((probe) => isSettled(now, probe, exchange.pace))) return openAt;
  state.trial ??= testOf(state, control);
  const finding = state.trial ? idleFinding(now, state.trial) : { reason: 'no-answer' as const };
  if (finding === 'alive') state.isFeasible = true;
  else if (finding) state.result = unknownLifetime(finding === 'dead' ? 'response-port-refused' : finding.reason);
  return state.trial ? stepIdleTest(now, state.trial) : Number.POSITIVE_INFINITY;
}

/** The test of the mapping that the probe has opened; null when it has none. */
function testOf({ exchange, server }: State, { question: { socket }, answer }: Probe): IdleTest | null {
  if (!answer) return null;
  return createIdleTest({
    exchange,
    server,
    tester: TESTER,
    control: CONTROL,
    idle: { socket, mapped: answer.mapped },
  });
}

/** Waits for the time of the next idle socket, then tests it. @returns when to call again. */
function testNext(now: number, state: State): number {
  const { aliveS } = state;
  const idle = state.idles[state.next];
  const sentAt = idle?.opener.sends.at(-1)?.at;
  if (!idle || sentAt === undefined) {
    state.result = aliveS > 0 ? { atLeastS: aliveS, atMostS: null, reason: null } : unknownLifetime('too-much-loss');
    return now;
  }
  idle.test ??= testOf(state, idle.opener);
  if (!idle.test) return goOn(now, state);
  const dueAt = sentAt + idle.seconds * 1000;
  if (now < dueAt - PREPARATION_MS) return dueAt - PREPARATION_MS;
  if (now < dueAt) return Math.min(dueAt, prepareIdleTest(now, idle.test));
  idle.testedAt ??= now;
  const finding = idleFinding(now, idle.test);
  if (!finding) return stepIdleTest(now, idle.test);
  if (finding !== 'alive') {
    state.result = lifetimeAt(state, finding, Math.max(idle.seconds, Math.round((idle.testedAt - sentAt) / 1000)));
    return now;
  }
  state.aliveS = idle.seconds;
  state.onProgress?.({ aliveAfterS: idle.seconds });
  return goOn(now, state);
}

function goOn(now: number, state: State): number {
  state.next++;
  return testNext(now, state);
}

/** What is known once a mapping was not found alive after so many seconds. */
function lifetimeAt({ aliveS }: State, finding: Exclude<IdleFinding, 'alive'>, idleS: number): Lifetime {
  if (finding === 'dead') return { atLeastS: aliveS, atMostS: idleS, reason: null };
  return { atLeastS: aliveS, atMostS: null, reason: finding.reason };
}

export function unknownLifetime(reason: Reason): Lifetime {
  return { atLeastS: null, atMostS: null, reason };
}

function socketOf(seconds: number): string {
  return `lifetime-${seconds}`;
}
