/** The time by which flows are idle and waits are over; tests bring one of their own. */
import { now } from '../../net/driver.ts';

export interface Clock {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Calls once after that many milliseconds, unless disposed of before. */
  readonly after: (ms: number, call: () => void) => Disposable;
}

export const SYSTEM_CLOCK: Clock = {
  now,
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
