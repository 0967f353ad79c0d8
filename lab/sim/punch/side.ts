/** One side of a simulated punch, as plain data: what came of it, and when. */
import {
  type EndpointsInUse,
  endpointsInUse,
  isThroughRelay,
} from '../../../src/punch/attempt/outcome/endpoints-in-use.ts';
import type { PunchTechnique } from '../../../src/punch/attempt/outcome/winner.ts';
import type { PunchPlan } from '../../../src/punch/attempt/plan.ts';
import type { IntroductionFailure } from '../../../src/rendezvous/introduction/output.ts';
import type { SimConnected } from './attempt.ts';
import type { SimMet } from './room/meeting.ts';

export interface SimPunchSide {
  readonly outcome: 'direct' | 'relayed' | 'failed';
  /** Why it failed: this peer's UDP reaches no server, the other one did not come, or the agent's own reason. */
  readonly reason: IntroductionFailure | Extract<SimConnected, { kind: 'failed' }>['reason'] | null;
  /** The technique that worked, as `natcheck punch` names it. */
  readonly technique: PunchTechnique | null;
  /** The endpoints that the path uses; null when there is none. */
  readonly endpoints: EndpointsInUse | null;
  /** The virtual time from the common start to the selected pair, or to giving up. */
  readonly ms: number;
  /** The time until the peer had answered a check on some pair; null if it never did. */
  readonly validMs: number | null;
  /** The round trip that the check which proved the pair has measured. */
  readonly rttMs: number | null;
  /** How many checks and packets of the technique were sent. */
  readonly packetsSent: number;
}

const NO_PATH = {
  outcome: 'failed',
  technique: null,
  endpoints: null,
  ms: 0,
  validMs: null,
  rttMs: null,
  packetsSent: 0,
} as const satisfies Omit<SimPunchSide, 'reason'>;

export function sideOf(
  met: SimMet,
  { startedAt, plan }: { readonly startedAt: number; readonly plan: PunchPlan | null },
): SimPunchSide {
  if (met.kind === 'not-introduced') return { ...NO_PATH, reason: met.reason };
  const { at, validAt, packetsSent } = met;
  const times = { ms: at - startedAt, validMs: validAt === null ? null : validAt - startedAt, packetsSent };
  if (met.kind === 'failed') {
    return { ...NO_PATH, reason: met.reason, technique: plan?.technique ?? null, ...times };
  }
  const { pair, rttMs } = met;
  const outcome = isThroughRelay(pair) ? 'relayed' : 'direct';
  return { outcome, reason: null, technique: met.wonBy(pair), endpoints: endpointsInUse(pair), rttMs, ...times };
}
