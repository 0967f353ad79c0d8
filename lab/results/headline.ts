/** The one line that says how all of it went. */
import { secondsWords } from './amounts.ts';

export interface Counts {
  readonly right: number;
  readonly done: number;
  readonly elapsedMs: number;
  /** Pairs of the grid that were not asked for; default: none. */
  readonly leftOut?: number;
  /** Pairs that were to run when it was cut short; default: none. */
  readonly notReached?: number;
}

/** Such as `13 of 16 pairs as expected, in 74.0 s; 84 left out`. */
export function headlineOf({ right, done, elapsedMs, leftOut = 0, notReached = 0 }: Counts): string {
  return [
    `${right} of ${done} pairs as expected, in ${secondsWords(elapsedMs)}`,
    ...(notReached > 0 ? [`cut short: ${notReached} not reached`] : []),
    ...(leftOut > 0 ? [`${leftOut} left out`] : []),
  ].join('; ');
}
