/** How a simulated peer is getting on with another that it wants to meet. */
import type { PairReport } from '../../../../src/ice/checklist/pair.ts';
import { createPunchBudget, type PunchBudget } from '../../../../src/punch/attempt/budget.ts';
import type { PunchPlan } from '../../../../src/punch/attempt/plan.ts';
import type { SimAttempt, SimConnected } from '../attempt.ts';
import type { NotIntroduced } from './told.ts';

export type SimMet = SimConnected | ({ readonly kind: 'not-introduced'; readonly at: number } & NotIntroduced);

/** How one peer is getting on with another. */
export interface SimMeeting {
  /** What came of it; null until it is over. */
  readonly outcome: () => SimMet | null;
  /** The plan of the last introduction; null before the first. */
  readonly plan: () => PunchPlan | null;
  readonly introductions: () => number;
  /** When the last attempt was told to begin. */
  readonly startAt: () => number | null;
  /** The pair that data goes on now; null while there is none. */
  readonly selected: () => PairReport | null;
}

export interface Meeting {
  readonly peer: string;
  readonly waitMs: number;
  /** Until when an attempt without success is followed by others, where the two meet by hand. */
  readonly repeatedUntil: number;
  budget: PunchBudget;
  attempt: SimAttempt | null;
  introductions: number;
  outcome: SimMet | null;
}

export function createMeeting(options: Pick<Meeting, 'peer' | 'waitMs' | 'repeatedUntil'>): Meeting {
  return { ...options, budget: createPunchBudget(), attempt: null, introductions: 0, outcome: null };
}

/** What its owner sees of it. */
export function viewOf(meeting: Meeting): SimMeeting {
  return {
    outcome: () => meeting.outcome,
    plan: () => meeting.attempt?.plan ?? null,
    introductions: () => meeting.introductions,
    startAt: () => meeting.attempt?.startAt ?? null,
    selected: () => meeting.attempt?.selected() ?? null,
  };
}
