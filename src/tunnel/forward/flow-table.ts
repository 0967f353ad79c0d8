/**
 * UDP flows: what one client exchanges with one target. UDP has no end, so a flow ends when it has been idle for too long, or
 * when others need its place.
 */
import type { Clock } from './clock.ts';

/**
 * How long a flow may be idle, in milliseconds. NATs keep theirs for 30 s to 2 minutes and more (RFC 4787 §4.3), and what is
 * meant to live longer sends keepalives within that time.
 */
export const FLOW_IDLE_MS = 60_000;
/** How many flows there may be at once. Each takes a socket on the exposing side. */
export const FLOWS_MAX = 1_024;

export interface Flow {
  /** Ends it, on this side and the other; called once, when it has left the table. */
  readonly end: () => void;
}

/** Disposing of it ends all flows. */
export interface FlowTable<F extends Flow> extends Disposable {
  /** Finds a flow, which is in use by that. */
  readonly use: (key: string) => F | null;
  /** Adds a flow; when there are too many, the one that has been idle for longest is ended. */
  readonly add: (key: string, flow: F) => void;
  /** Ends that flow, unless it has left the table before. */
  readonly end: (key: string, flow: F) => void;
  readonly size: () => number;
}

interface Entry<F> {
  readonly flow: F;
  usedAt: number;
}

export interface FlowLimits {
  readonly clock: Clock;
  readonly idleMs?: number | undefined;
  readonly flowsMax?: number | undefined;
}

export function createFlowTable<F extends Flow>({
  clock,
  idleMs = FLOW_IDLE_MS,
  flowsMax = FLOWS_MAX,
}: FlowLimits): FlowTable<F> {
  /** In the order of their last use, the oldest first. */
  const entries = new Map<string, Entry<F>>();
  let timer: Disposable | null = null;

  const remove = (key: string): void => {
    const entry = entries.get(key);
    entries.delete(key);
    entry?.flow.end();
  };
  const removeIdle = (): void => {
    timer = null;
    for (const [key, { usedAt }] of entries) {
      if (clock.now() - usedAt < idleMs) break;
      remove(key);
    }
    arm();
  };
  const arm = (): void => {
    const [oldest] = entries.values();
    if (timer || !oldest) return;
    timer = clock.after(oldest.usedAt + idleMs - clock.now(), removeIdle);
  };

  return {
    use: (key) => {
      const entry = entries.get(key);
      if (!entry) return null;
      entry.usedAt = clock.now();
      entries.delete(key);
      entries.set(key, entry);
      return entry.flow;
    },
    add: (key, flow) => {
      const [oldest] = entries.keys();
      if (entries.size >= flowsMax && oldest !== undefined) remove(oldest);
      entries.set(key, { flow, usedAt: clock.now() });
      arm();
    },
    end: (key, flow) => {
      if (entries.get(key)?.flow === flow) remove(key);
    },
    size: () => entries.size,
    [Symbol.dispose]: () => {
      timer?.[Symbol.dispose]();
      timer = null;
      for (const key of entries.keys()) remove(key);
    },
  };
}
