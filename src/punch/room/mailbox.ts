/** What a server says before somebody reads it: kept in order, and no more than a bound. */

/** An honest server says a handful of things meanwhile; one that says more is not read further. */
export const UNREAD_MAX = 64;

export interface Mailbox<T> {
  /** To the receiver, or kept for it. */
  readonly put: (item: T) => void;
  /** Sets the one receiver, which is given what was kept at once. */
  readonly receive: (next: (item: T) => void) => void;
}

export function createMailbox<T>(): Mailbox<T> {
  const kept: T[] = [];
  let receiver: ((item: T) => void) | null = null;
  return {
    put: (item) => {
      if (receiver) receiver(item);
      else if (kept.length < UNREAD_MAX) kept.push(item);
    },
    receive: (next) => {
      receiver = next;
      for (const item of kept.splice(0)) next(item);
    },
  };
}
