/** When each fault of a try is due. Knows no clock: the time comes in. */
import type { Fault } from '../../file/lab-file.ts';

/** By its number in the file: when it is due; null as long as the line that it waits for has not come. */
export type DueState = Map<number, number | null>;

export type DueInput =
  /** The line that this fault waits for has come. */
  { readonly kind: 'line'; readonly fault: number } | { readonly kind: 'timeout' };

export function dueState(faults: readonly Fault[], startedAt: number): DueState {
  return new Map(faults.map(({ when }, fault) => [fault, when.kind === 'time' ? startedAt + when.afterMs : null]));
}

/** Returns the faults that are to be made now, the one that was due first before the others; they are forgotten then. */
export function handleDue(
  now: number,
  { faults, state }: { readonly faults: readonly Fault[]; readonly state: DueState },
  input: DueInput,
): readonly number[] {
  if (input.kind === 'line' && state.get(input.fault) === null) {
    state.set(input.fault, now + (faults[input.fault]?.when.afterMs ?? 0));
  }
  const due = [...state].flatMap(([fault, at]) => (at !== null && at <= now ? [{ fault, at }] : []));
  for (const { fault } of due) state.delete(fault);
  return due.toSorted((one, other) => one.at - other.at).map(({ fault }) => fault);
}

/** When `handleDue` has something to do, unless a line comes before; Infinity if it waits for lines alone. */
export function wakeAt(state: DueState): number {
  return Math.min(...[...state.values()].map((at) => at ?? Number.POSITIVE_INFINITY));
}
