/** One side of a simulated punch, as plain data: what came of it, and when. */
import { isRelayed } from '../../../src/ice/checklist/pair.ts';
import type { PunchPlan } from '../../../src/punch/attempt/plan.ts';
import { type PunchTechnique, wonBy } from '../../../src/punch/attempt/techniques/winner.ts';
import type { IntroductionFailure } from '../../../src/rendezvous/introduction/output.ts';
import type { SimConnected } from './attempt.ts';
import type { SimMet } from './room.ts';

export interface SimPunchSide {
  readonly outcome: 'direct' | 'relayed' | 'failed';
  /** Why it failed: this peer's UDP reaches no server, the other one did not come, or the agent's own reason. */
  readonly reason: IntroductionFailure | Extract<SimConnected, { kind: 'failed' }>['reason'] | null;
  /** The technique that worked, as `natcheck punch` names it. */
  readonly technique: PunchTechnique | null;
  /** The virtual time from the common start to the selected pair, or to giving up. */
  readonly ms: number;
  /** The time until the peer had answered a check on some pair; null if it never did. */
  readonly validMs: number | null;
  /** The round trip that the check which proved the pair has measured. */
  readonly rttMs: number | null;
  /** How many checks and packets of the technique were sent. */
  readonly packetsSent: number;
}

export function sideOf(
  met: SimMet,
  { startedAt, plan }: { readonly startedAt: number; readonly plan: PunchPlan | null },
): SimPunchSide {
  if (met.kind === 'not-introduced') {
    const { reason } = met;
    return { outcome: 'failed', reason, technique: null, ms: 0, validMs: null, rttMs: null, packetsSent: 0 };
  }
  const { at, validAt, packetsSent } = met;
  const times = { ms: at - startedAt, validMs: validAt === null ? null : validAt - startedAt, packetsSent };
  if (met.kind === 'failed') {
    return { outcome: 'failed', reason: met.reason, technique: plan?.technique ?? null, rttMs: null, ...times };
  }
  const technique = plan && wonBy(met.pair, plan);
  const outcome = isRelayed(met.pair) ? 'relayed' : 'direct';
  return { outcome, reason: null, technique, rttMs: met.rttMs, ...times };
}
