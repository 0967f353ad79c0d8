/** Virtual time: a queue of things to do, run in order of their time and, at equal times, of their scheduling. */

export interface Clock {
  /** The virtual time in ms; it moves only while events run. */
  readonly now: () => number;
  /** How many events have run so far. */
  readonly events: () => number;
  /** Runs `action` at the time `at`, or as the next thing when that is past. */
  readonly schedule: (at: number, action: () => void) => void;
  /** Runs the next event; false when there is none. */
  readonly step: () => boolean;
  /** Runs all events up to that time, included, and moves the time there. */
  readonly runUntil: (at: number) => void;
  /** Runs until no event is left. */
  readonly runToIdle: () => void;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

export function createClock(): Clock {
  const heap = createHeap();
  let now = 0;
  let scheduled = 0;
  let events = 0;
  const step = (): boolean => {
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
    schedule: (at, action) => heap.push({ at: Math.max(at, now), order: scheduled++, action }),
    step,
    runUntil: (at) => {
      while ((heap.peek()?.at ?? Number.POSITIVE_INFINITY) <= at) step();
      now = Math.max(now, at);
    },
    runToIdle: () => {
      while (step());
    },
  };
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
