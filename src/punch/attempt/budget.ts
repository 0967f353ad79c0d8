/** The most that one punch sends to endpoints that have not answered, whatever its peer tells and however often it asks. */
import { type CheckBudget, createCheckBudget } from '../../ice/checks/budget.ts';
import { BIRTHDAY_PROBES, OPENER_TTLS, POOL_ADDRESSES } from './techniques/choose-technique.ts';

/** The first introduction, and two more for a peer that was lost before the path was open: it was restarted, or changed networks. */
export const INTRODUCTIONS_MAX = 3;
/** How many packets techniques send beyond the checks: the probes of one birthday, and the openers of a second try per introduction. */
export const PROBES_MAX = BIRTHDAY_PROBES + INTRODUCTIONS_MAX * (OPENER_TTLS.length + POOL_ADDRESSES);

/** The budget of one punch, shared by all of its introductions. */
export interface PunchBudget {
  readonly checks: CheckBudget;
  /** Returns whether a technique may send one more packet toward the peer, and counts that packet if so. */
  readonly takeProbe: () => boolean;
}

export function createPunchBudget(): PunchBudget {
  let left = PROBES_MAX;
  return { checks: createCheckBudget(), takeProbe: () => left-- > 0 };
}
