/** What is known of a punch that has opened no path, and what follows from it. */
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import { isMoving } from '../../rendezvous/protocol/role.ts';
import type { Introduction } from '../../rendezvous/protocol/server-message.ts';
import { familiesTold } from '../attempt/candidates/told-candidates.ts';
import type { AttemptFailure } from '../attempt/outcome/evidence.ts';
import type { PunchPlan } from '../attempt/plan.ts';
import type { PathMode } from '../options.ts';

export interface NoPathFacts extends AttemptFailure {
  readonly id: string;
  readonly mode: PathMode;
  /** Why the detection of this side's NAT has left something undetermined, in words; null where it has not, or that is unknown. */
  readonly undetected: string | null;
  readonly plan: PunchPlan;
  readonly introduction: Introduction;
  /** What this side has told the peer. */
  readonly told: { readonly candidates: readonly string[]; readonly behavior: ToldBehavior };
}

export function haveNoFamilyInCommon({ told, introduction: { candidates, own, endpoint } }: NoPathFacts): boolean {
  const theirs = familiesTold(candidates, endpoint);
  return !familiesTold(told.candidates, own).some((family) => theirs.includes(family));
}

/** Returns the sides whose next ports were to be predicted, and which have told none. */
export function untoldSides({ id, told, introduction, ports }: NoPathFacts): readonly string[] {
  return [
    ...(isMoving(told) && ports.told === 0 ? [id] : []),
    ...(isMoving(introduction) && ports.heard === 0 ? [introduction.peer] : []),
  ];
}

/** Returns the sides of which the plan would have had to know more, with the reason where it is known. */
export function undetectedSides(facts: NoPathFacts): readonly string[] {
  const { id, plan, undetected, told, introduction } = facts;
  const { peer, behavior } = introduction;
  if (plan.probability !== null) return [];
  const own = undetected === null ? id : `${id} (${undetected})`;
  return [...(isDetected(told.behavior) ? [] : [own]), ...(isDetected(behavior) ? [] : [peer])];
}

function isDetected({ mapping, filtering }: ToldBehavior): boolean {
  return mapping !== 'undetermined' && filtering !== 'undetermined';
}

/** Returns who has refused to send, and with which code. */
export function refusalsIn({ refusals }: NoPathFacts): string {
  return refusals.map(({ by, code }) => `by the ${by} (${code})`).join(' and ');
}
