/**
 * How long a mapping lives without traffic (RFC 4787 §4.3, RFC 5780 §4.6) as a sans-IO session: many sockets make their
 * mappings at once and stay idle, each for its own time; so it takes as long as the first that is gone, or the longest.
 */
import type { Endpoint } from '../../endpoint.ts';
import type { Session } from '../../session.ts';
import { createExchange } from '../probes/exchange.ts';
import { createPace } from '../probes/pace.ts';
import { createProbe, givenUpAt, type Probe } from '../probes/probe.ts';
import { pursue } from '../probes/pursue.ts';
import type { Reason } from '../reason.ts';
import { createIdleTest, type IdleFinding, type IdleTest } from './idle-test.ts';

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

interface Idle {
  readonly seconds: number;
  readonly socket: string;
  readonly opener: Probe;
  test: IdleTest | null;
  /** When its test began: late after a computer slept. */
  testedAt: number | null;
}

/** The idle times to test, in seconds and in order; the longest is `maxS`. */
export function idleTimes(maxS: number): readonly number[] {
  return [...IDLE_TIMES_S.filter((seconds) => seconds <= maxS - MIN_DISTANCE_S), maxS];
}

export function lifetimeSockets(idleTimesS: readonly number[]): readonly string[] {
  return [TESTER, CONTROL, ...idleTimesS.map(socketOf)];
}

export function createLifetimeTest({
  server,
  idleTimesS,
  now: startedAt,
  randomBytes,
  onProgress,
}: LifetimeOptions): Session<Lifetime> {
  const pace = createPace();
  const wire = { pace, exchange: createExchange({ pace, randomBytes }) };
  const plain = (socket: string): Probe =>
    createProbe({ test: 'lifetime.open', socket, to: server, change: 'none', expectedFrom: () => server });
  const control = plain(CONTROL);
  const idles = idleTimesS.map((seconds): Idle => {
    const socket = socketOf(seconds);
    return { seconds, socket, opener: plain(socket), test: null, testedAt: null };
  });
  const openers = [control, ...idles.map(({ opener }) => opener)];
  /** The control's own mapping is tested first, at once: it tells whether the server can do this at all. */
  let trial: IdleTest | null = null;
  let isFeasible = false;
  let next = 0;
  let aliveS = 0;
  let wakeAt = startedAt;
  let result: Lifetime | null = null;

  const testOf = (socket: string, { answer }: Probe): IdleTest | null =>
    answer &&
    createIdleTest({ ...wire, server, tester: TESTER, control: CONTROL, idle: { socket, mapped: answer.mapped } });
  const settled = (now: number): boolean =>
    openers.every((probe) => probe.answer !== null || givenUpAt(probe, pace) <= now);

  /** Opens all mappings, then tries the test on one that is there. */
  const begin = (now: number): number => {
    const openAt = pursue(now, openers, wire);
    if (!settled(now)) return openAt;
    trial ??= testOf(CONTROL, control);
    const finding = trial ? trial.finding(now) : { reason: 'no-answer' as const };
    if (finding === 'alive') isFeasible = true;
    else if (finding) result = unknownLifetime(finding === 'dead' ? 'response-port-refused' : finding.reason);
    return trial?.step(now) ?? Number.POSITIVE_INFINITY;
  };

  /** The next of the idle sockets: waits for its time, then tests it. */
  const wait = (now: number): number => {
    const idle = idles[next];
    const sentAt = idle?.opener.sends.at(-1)?.at;
    if (!idle || sentAt === undefined) {
      result = aliveS > 0 ? { atLeastS: aliveS, atMostS: null, reason: null } : unknownLifetime('too-much-loss');
      return now;
    }
    idle.test ??= testOf(idle.socket, idle.opener);
    if (!idle.test) return skip(now);
    const dueAt = sentAt + idle.seconds * 1000;
    if (now < dueAt - PREPARATION_MS) return dueAt - PREPARATION_MS;
    if (now < dueAt) return Math.min(dueAt, idle.test.prepare(now));
    idle.testedAt ??= now;
    const finding = idle.test.finding(now);
    if (!finding) return idle.test.step(now);
    return take(now, finding, { ...idle, idleS: Math.round((idle.testedAt - sentAt) / 1000) });
  };
  const skip = (now: number): number => {
    next++;
    return wait(now);
  };
  const take = (now: number, finding: IdleFinding, { seconds, idleS }: Idle & { readonly idleS: number }): number => {
    if (finding === 'alive') {
      aliveS = seconds;
      onProgress?.({ aliveAfterS: seconds });
      return skip(now);
    }
    const isDead = finding === 'dead';
    result = {
      atLeastS: aliveS,
      atMostS: isDead ? Math.max(seconds, idleS) : null,
      reason: isDead ? null : finding.reason,
    };
    return now;
  };

  const advance = (now: number): void => {
    if (result) return;
    wakeAt = isFeasible ? wait(now) : begin(now);
    if (isFeasible && !result) wakeAt = wait(now);
  };

  return {
    handleDatagram: (now, arrival) => {
      wire.exchange.receive(now, arrival);
      advance(now);
    },
    handleSendFailure: (now, failure) => {
      wire.exchange.fail(failure);
      advance(now);
    },
    handleTimeout: advance,
    poll: (now) => {
      if (!result && wakeAt <= now) advance(now);
      if (result) return { kind: 'done', result };
      return wire.exchange.dequeue() ?? { kind: 'wait', until: wakeAt };
    },
  };
}

export function unknownLifetime(reason: Reason): Lifetime {
  return { atLeastS: null, atMostS: null, reason };
}

function socketOf(seconds: number): string {
  return `lifetime-${seconds}`;
}
