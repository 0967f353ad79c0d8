/** The result of a meeting as plain data, which the page has in `#friend-report` once it is final. */
import type { PunchPlan } from '../../src/punch/attempt/plan.ts';
import type { PunchStep } from '../../src/punch/report/report.ts';
import type { Throughput } from './measure/transfer.ts';
import type { End } from './path/pair.ts';

export const FRIEND_SCHEMA = 'natcheck.friend/1';

export interface FriendReport {
  readonly schema: typeof FRIEND_SCHEMA;
  readonly path: 'direct' | 'relayed' | 'failed';
  /** Why it is relayed, or there is none, in words. */
  readonly why: string | null;
  /** The two ends of the path; null where there is none. */
  readonly pair: { readonly local: End; readonly remote: End } | null;
  readonly plan: PunchPlan | null;
  /** Over the probes that have come back. */
  readonly rttMs: { readonly min: number; readonly mean: number; readonly max: number } | null;
  readonly probes: number;
  readonly lost: number;
  /** The share of the probes that was lost, from 0 to 1; null where none was sent. */
  readonly loss: number | null;
  /** In bits per second; null until it is measured. */
  readonly throughput: Throughput | null;
  readonly steps: readonly PunchStep[];
}

export function failedReport(why: string | null, { plan, steps }: Pick<FriendReport, 'plan' | 'steps'>): FriendReport {
  return {
    ...{ schema: FRIEND_SCHEMA, path: 'failed', why, pair: null, plan, rttMs: null, probes: 0, lost: 0, loss: null },
    ...{ throughput: null, steps },
  };
}
