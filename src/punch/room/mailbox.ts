/** Keeps what a server says until somebody reads it, in order and up to a limit. */

/** How much is kept. An honest server says a handful of things meanwhile; the rest is dropped. */
export const UNREAD_MAX = 64;

export interface Mailbox<T> {
  /** Hands an item to the receiver, or keeps it for one. */
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
