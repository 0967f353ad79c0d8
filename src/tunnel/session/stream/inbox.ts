/** Holds the first datagrams of a stream until somebody takes them. */

/** The later ones are dropped, as datagrams may be. */
const HELD_MAX = 16;

export interface Inbox {
  readonly put: (bytes: Uint8Array) => void;
  /** Sets the one receiver, which gets what is held at once. */
  readonly onDatagram: (receive: (bytes: Uint8Array) => void) => void;
}

export function createInbox(): Inbox {
  const held: Uint8Array[] = [];
  let receiver: ((bytes: Uint8Array) => void) | null = null;
  return {
    put: (bytes) => {
      if (receiver) receiver(bytes);
      else if (held.length < HELD_MAX) held.push(bytes);
    },
    onDatagram: (receive) => {
      receiver = receive;
      for (const bytes of held.splice(0)) receive(bytes);
    },
  };
}
