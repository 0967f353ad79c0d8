/** Meets one peer on an open ground: introduction and connection, and another introduction if the peer is lost before it is connected. */
import { formatEndpoint } from '../endpoint.ts';
import { UsageError } from '../errors.ts';
import type { PairReport } from '../ice/checklist/pair.ts';
import { now } from '../net/driver.ts';
import { hostNetworks } from '../net/host/interfaces.ts';
import { createPunchBudget, INTRODUCTIONS_MAX, type PunchBudget } from './attempt/budget.ts';
import { endpointsInUse, isThroughRelay } from './attempt/outcome/endpoints-in-use.ts';
import { type PunchPlan, planIntroduced } from './attempt/plan.ts';
import { type AttemptResult, connectPeers } from './connect.ts';
import type { Ground } from './ground.ts';
import type { PathMode, PunchOptions } from './options.ts';
import { awaitUpgrade } from './path/upgrade.ts';
import { explainLost, explainNoPath } from './report/no-path.ts';
import { explainNotMet } from './report/not-met.ts';
import { createRecorder, type Recorder } from './report/recorder.ts';
import type { PunchFailure, PunchReport } from './report/report.ts';
import type { PunchResult } from './result.ts';
import type { Met } from './room/state.ts';

export interface MeetOptions {
  readonly peer: string;
  /** How long to wait for the peer, from the moment that it is asked for. */
  readonly waitMs: number;
  readonly mode?: PathMode | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly recorder: Recorder;
  readonly onAnew?: () => void;
}

type Introduced = Extract<Met, { readonly kind: 'introduced' }>;
type Connected = Extract<AttemptResult, { readonly kind: 'connected' }>;

/** The result of a meeting, and how to let go of its path. */
export interface MeetResult extends PunchResult {
  /** Ends the path without a word to the peer; null where there is none. */
  readonly giveUp: (() => Promise<void>) | null;
}

/** Meets the peer. @throws the signal's reason when aborted; what a callback has thrown. */
export async function meetPeer(ground: Ground, options: MeetOptions): Promise<MeetResult> {
  const { peer, waitMs, signal, recorder, mode = 'any' } = options;
  const until = now() + waitMs;
  let budget = createPunchBudget();
  for (let introductions = 1; ; introductions++) {
    // This is done before the introduction, since the time counts from there.
    const networks = hostNetworks();
    const met = await ground.room.introduce(peer, { waitMs, signal });
    if (met.kind === 'failed') {
      return notMet(recorder, met.reason, explainFailed(ground, met));
    }
    const { plan, attempt } = await tryOnce(ground, { ...options, met, networks, budget });
    switch (attempt.kind) {
      case 'connected':
        return resultOf(attempt, { recorder, plan, at: met.at });
      case 'failed': {
        recorder.learn({ technique: plan.technique });
        if (ground.isRepeated && now() < until) {
          recorder.notice('no path yet: the other side may not have begun, so this one tries again');
          [budget, introductions] = [createPunchBudget(), 0];
          break;
        }
        return notMet(
          recorder,
          'no-path',
          explainNoPath({ ...met, ...attempt, id: ground.id, undetected: ground.undetected(), mode, plan }),
        );
      }
      case 'void':
        if (introductions === INTRODUCTIONS_MAX) return notMet(recorder, 'no-path', explainLost(peer));
        recorder.notice(`${peer} was lost before there was a path: waiting for it again`);
    }
  }
}

function explainFailed(ground: Ground, { reason, detail }: Extract<Met, { readonly kind: 'failed' }>): string | null {
  if (ground.isRepeated && reason === 'no-peer') return 'the line of the other side was not pasted in time';
  return detail ?? explainNotMet(reason, formatEndpoint(ground.server()));
}

/** Returns the result of a punch that failed. */
export function notMet(recorder: Recorder, reason: PunchFailure, detail: string | null): MeetResult {
  return {
    report: recorder.report({ outcome: 'failed', reason, detail }),
    path: null,
    introduction: null,
    upgraded: Promise.resolve(null),
    giveUp: null,
    async [Symbol.asyncDispose]() {},
  };
}

/** Runs the attempt after one introduction by its plan, and returns what came of it. */
async function tryOnce(
  ground: Ground,
  options: MeetOptions & {
    readonly met: Introduced;
    readonly networks: readonly string[];
    readonly budget: PunchBudget;
  },
): Promise<{ readonly plan: PunchPlan; readonly attempt: AttemptResult }> {
  const { met, recorder } = options;
  const { introduction, at, told } = met;
  const plan = planIntroduced(introduction, {
    id: ground.id,
    ...told,
    isDirect: ground.reachability.isDirect(),
    server: ground.server().address,
  });
  recorder.introduced(introduction, plan);
  const attempt = await connectPeers({ ...options, signal: options.signal, ground, plan, onEvent: recorder.iceEvent });
  recorder.learn({ plan, elapsedMs: Math.round(now() - at), probesSent: attempt.packetsSent() });
  return { plan, attempt };
}

function resultOf(
  attempt: Connected,
  { recorder, plan, at }: { readonly recorder: Recorder; readonly plan: PunchPlan; readonly at: number },
): MeetResult {
  const { event } = attempt;
  const { wake, ended, handleRelayLost, addSocket, giveUp, ...path } = attempt.path;
  const success = (pair: PairReport, rttMs: number): PunchReport =>
    recorder.report({
      outcome: isThroughRelay(pair) ? 'relayed' : 'direct',
      technique: attempt.wonBy(pair),
      ...endpointsInUse(pair),
      rttMs: Math.round(rttMs * 100) / 100,
      elapsedMs: Math.round(now() - at),
    });
  const { key, role } = attempt.introduction;
  const upgrade = awaitUpgrade(attempt, plan);
  const end = async (): Promise<void> => {
    upgrade[Symbol.dispose]();
    await path[Symbol.asyncDispose]();
  };
  return {
    report: success(event.pair, event.rttMs),
    path: { ...path, [Symbol.asyncDispose]: end },
    introduction: { key, role },
    upgraded: upgrade.switched.then((better) => better && success(better.pair, better.rttMs)),
    giveUp,
    [Symbol.asyncDispose]: end,
  };
}

/** Creates what records and reports what happens with one peer. @throws UsageError when the peer is this side itself. */
export function recorderOf({ id, peer, onEvent = () => {} }: Pick<PunchOptions, 'id' | 'peer' | 'onEvent'>): Recorder {
  if (id === peer) throw new UsageError(`you and the peer both have the id ${id}: each side needs its own`);
  const startedAt = now();
  return createRecorder({ id, peer, elapsed: () => now() - startedAt, onEvent });
}
