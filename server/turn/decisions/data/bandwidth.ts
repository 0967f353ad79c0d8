/**
 * The bandwidth of an allocation, of its source and of the whole relay. Each has a bucket of bytes each way, whose
 * state is a theoretical arrival time (GCRA, ITU-T I.371, annex A).
 */
import type { Direction, TurnDropReason } from '../counts.ts';
import type { Allocation, State } from '../state.ts';

/** A bucket holds what fills it in this time. */
const BURST_MS = 1_000;

/** Takes bytes from all three buckets; or from none, and gives which one lacks them. */
export function takeBytes(
  now: number,
  { limits, arrivalMs: all }: Pick<State, 'limits' | 'arrivalMs'>,
  taking: { readonly allocation: Allocation; readonly direction: Direction; readonly bytes: number },
): TurnDropReason | null {
  const { allocation, direction, bytes } = taking;
  const {
    arrivalMs: own,
    source: { arrivalMs: source },
  } = allocation;
  const latest = now + BURST_MS;
  if (own[direction] > latest) return 'bandwidth';
  if (source[direction] > latest) return 'source-bandwidth';
  if (all[direction] > latest) return 'total-bandwidth';
  own[direction] = Math.max(own[direction], now) + (bytes * 1000) / limits.bytesPerSecond;
  source[direction] = Math.max(source[direction], now) + (bytes * 1000) / limits.bytesPerSecondPerSource;
  all[direction] = Math.max(all[direction], now) + (bytes * 1000) / limits.bytesPerSecondInAll;
  return null;
}
