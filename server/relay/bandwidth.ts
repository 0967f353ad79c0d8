/** The bandwidth of an allocation: a bucket of bytes each way, as a theoretical arrival time (GCRA, ITU-T I.371, annex A). */
import type { Direction } from './counts.ts';
import type { Allocation, State } from './state.ts';

/** What the bucket holds: what fills it in that time. */
const BURST_MS = 1_000;

/** Takes that many bytes; false when they are not there. */
export function takeBytes(
  { limits }: State,
  { arrivalMs }: Allocation,
  { direction, bytes, now }: { readonly direction: Direction; readonly bytes: number; readonly now: number },
): boolean {
  const expectedMs = Math.max(arrivalMs[direction], now);
  if (expectedMs - now > BURST_MS) return false;
  arrivalMs[direction] = expectedMs + (bytes * 1000) / limits.bytesPerSecond;
  return true;
}
