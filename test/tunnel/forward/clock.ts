/** A clock that stands until it is moved. */
import type { Clock } from '../../../src/tunnel/forward/clock.ts';

export interface ManualClock extends Clock {
  /** Moves on, and calls what is due on the way. */
  readonly advance: (ms: number) => void;
  /** How many calls are still to come. */
  readonly pending: () => number;
}

export function createManualClock(): ManualClock {
  let time = 0;
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();
  return {
    now: () => time,
    after: (ms, call) => {
      const timer = { at: time + ms, call };
      timers.add(timer);
      return { [Symbol.dispose]: () => void timers.delete(timer) };
    },
    advance: (ms) => {
      const until = time + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
        if (!next) break;
        time = Math.max(time, next.at);
        timers.delete(next);
        next.call();
      }
      time = until;
    },
    pending: () => timers.size,
  };
}
