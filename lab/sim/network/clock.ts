/** Virtual time: a queue of things to do, run in order of their time and, at equal times, of their scheduling. */
import { requireNumber } from './misuse.ts';

/** Takes an event off the queue; it does nothing once the event has run. */
export type Cancel = () => void;

export interface Clock {
  /** The virtual time in ms, from 0 on; it moves only while events run. */
  readonly now: () => number;
  /** How many events have run so far. */
  readonly events: () => number;
  /** When the next event is due, in ms; Infinity when there is none. */
  readonly nextAt: () => number;
  /**
   * Runs `action` at the time `at` in ms, or as the next thing when that is past.
   * @throws RangeError when `at` is no finite number.
   */
  readonly schedule: (at: number, action: () => void) => Cancel;
  /** Runs the next event; false when there is none. */
  readonly step: () => boolean;
  /** Runs all events up to that time in ms, included, and moves the time there. */
  readonly runUntil: (at: number) => void;
  /** Runs until no event is left; never ends where events go on scheduling others. */
  readonly runToIdle: () => void;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
  isCancelled: boolean;
}

export function createClock(): Clock {
  const heap = createHeap();
  let now = 0;
  let scheduled = 0;
  let events = 0;
  const nextAt = (): number => {
    while (heap.peek()?.isCancelled) heap.pop();
    return heap.peek()?.at ?? Number.POSITIVE_INFINITY;
  };
  const step = (): boolean => {
    nextAt();
    const event = heap.pop();
    if (!event) return false;
    now = event.at;
    events++;
    event.action();
    return true;
  };
  return {
    now: () => now,
    events: () => events,
    nextAt,
    schedule: (at, action) => {
      if (!Number.isFinite(at)) throw new RangeError(`the time of an event is ${at}; it must be a finite number of ms`);
      const event: Event = { at: Math.max(at, now), order: scheduled++, action, isCancelled: false };
      heap.push(event);
      return () => {
        event.isCancelled = true;
      };
    },
    step,
    runUntil: (at) => {
      while (nextAt() <= at) step();
      now = Math.max(now, at);
    },
    runToIdle: () => {
      while (step());
    },
  };
}

export interface RunBounds {
  /** How many events may run; default: 1,000,000. */
  readonly maxEvents?: number;
  /** How far the virtual time may move, in ms; default: an hour. */
  readonly maxVirtualMs?: number;
}

/** Far more than any run of a few hosts needs. */
export const DEFAULT_BOUNDS = { maxEvents: 1_000_000, maxVirtualMs: 3_600_000 } as const satisfies RunBounds;

/** Why a run has ended: its condition holds, nothing is left to happen, or a bound is reached. */
export type RunEnd = 'condition' | 'idle' | 'max-events' | 'max-virtual-ms';

/**
 * Runs the world's events one by one until the condition holds, which is asked before each of them.
 * At `max-virtual-ms` the clock stands at that time, and what is due later has not run.
 * @throws RangeError when a bound is negative or no number.
 */
export function runUntil(
  { clock }: { readonly clock: Clock },
  condition: () => boolean,
  bounds: RunBounds = {},
): RunEnd {
  const { maxEvents, maxVirtualMs } = { ...DEFAULT_BOUNDS, ...bounds };
  requireNumber('maxEvents', maxEvents, { min: 0, max: Number.POSITIVE_INFINITY });
  requireNumber('maxVirtualMs', maxVirtualMs, { min: 0, max: Number.POSITIVE_INFINITY });
  const lastEvent = clock.events() + maxEvents;
  const lastMoment = clock.now() + maxVirtualMs;
  while (!condition()) {
    if (clock.events() >= lastEvent) return 'max-events';
    const at = clock.nextAt();
    if (at === Number.POSITIVE_INFINITY) return 'idle';
    if (at > lastMoment) {
      clock.runUntil(lastMoment);
      return 'max-virtual-ms';
    }
    clock.step();
  }
  return 'condition';
}

interface Heap {
  readonly push: (event: Event) => void;
  readonly pop: () => Event | undefined;
  readonly peek: () => Event | undefined;
}

/** A binary heap; the children of `i` are at `2i + 1` and `2i + 2`. */
function createHeap(): Heap {
  const heap: Event[] = [];
  return {
    peek: () => heap[0],
    push: (event) => {
      let at = heap.length;
      while (at > 0) {
        const above = (at - 1) >> 1;
        const parent = heap[above];
        if (!parent || before(parent, event)) break;
        heap[at] = parent;
        at = above;
      }
      heap[at] = event;
    },
    pop: () => {
      const top = heap[0];
      const last = heap.pop();
      if (last && heap.length > 0) sink(heap, last);
      return top;
    },
  };
}

/** Puts `event` at the root and lets it sink to its place. */
function sink(heap: Event[], event: Event): void {
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const child = left && right && before(right, left) ? right : left;
    if (!child || before(event, child)) break;
    heap[at] = child;
    at = child === left ? 2 * at + 1 : 2 * at + 2;
  }
  heap[at] = event;
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/**
 * Creates the one alarm of a machine, which has `ring` called at a time, or before. A later time than the one set needs no new alarm:
 * the early one is harmless.
 */
export function createAlarm(clock: Clock, ring: () => void): (until: number) => void {
  let setTo = Number.POSITIVE_INFINITY;
  return (until) => {
    if (until >= setTo) return;
    setTo = until;
    clock.schedule(until, () => {
      if (setTo !== until) return;
      setTo = Number.POSITIVE_INFINITY;
      ring();
    });
  };
}
