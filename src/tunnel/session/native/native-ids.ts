/**
 * The ids by which native streams are found. A stranger who guesses one could close the stream, so their upper half is random. Their
 * lower half counts: the table of libudx grows until no two of its ids agree in their lowest bits.
 */
import { randomInt } from 'node:crypto';
import type { Udx } from '../../../net/udx/native.ts';

const HALF = 0x1_0000;

interface Ids {
  next: number;
  /** The lower halves in use. */
  readonly used: Set<number>;
}

const OF_TABLE = new WeakMap<Udx, Ids>();

export interface NativeId {
  readonly id: number;
  /** Gives it back, when its stream is closed. */
  readonly free: () => void;
}

/** @throws Error when 65,536 streams are open. */
export function takeNativeId(udx: Udx): NativeId {
  const ids = OF_TABLE.get(udx) ?? { next: randomInt(HALF), used: new Set() };
  OF_TABLE.set(udx, ids);
  if (ids.used.size >= HALF) throw new Error('too many native streams are open');
  while (ids.used.has(ids.next)) ids.next = (ids.next + 1) % HALF;
  const low = ids.next;
  ids.next = (low + 1) % HALF;
  ids.used.add(low);
  return { id: randomInt(HALF) * HALF + low, free: () => void ids.used.delete(low) };
}
