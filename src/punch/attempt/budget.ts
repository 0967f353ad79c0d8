/** What one punch sends at most to endpoints that have not answered, whatever its peer tells and how often it asks. */
import { type CheckBudget, createCheckBudget } from '../../ice/checks/budget.ts';
import { BIRTHDAY_PROBES } from './techniques/choose-technique.ts';

/** The first, and two more for a peer that was lost before there was a path: started again, or back from another network. */
export const INTRODUCTIONS_MAX = 3;
/** What techniques send beyond checks: the probes of one birthday, and the one packet of the second try after each introduction. */
export const PROBES_MAX = BIRTHDAY_PROBES + INTRODUCTIONS_MAX;

/** One for each punch, over all of its introductions. */
export interface PunchBudget {
  readonly checks: CheckBudget;
  /** Whether a technique may send one more packet toward the peer; it is counted if so. */
  readonly takeProbe: () => boolean;
}

export function createPunchBudget(): PunchBudget {
  let left = PROBES_MAX;
  return { checks: createCheckBudget(), takeProbe: () => left-- > 0 };
}
