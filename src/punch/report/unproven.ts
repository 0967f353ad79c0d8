/** What a punch does not know about the peer: who it is, and who else has the key. */

/** The room in which peers meet when none is named. */
export const DEFAULT_ROOM = 'default';

export interface UnprovenOptions {
  readonly peer: string;
  readonly room: string;
  readonly token: string | undefined;
  /** Whether everybody on the way to the rendezvous can read its messages. */
  readonly isOverheard: boolean;
}

/** Returns the notice, in one line. */
export function explainUnproven({ peer, room, token, isOverheard }: UnprovenOptions): string {
  const [hasRoom, hasToken] = [room !== DEFAULT_ROOM, token !== undefined];
  const who = `can be ${peer}`;
  const claim =
    hasRoom && hasToken
      ? `whoever has the token and knows the room ${who}`
      : hasToken
        ? `whoever has the token ${who}`
        : hasRoom
          ? `whoever knows the room ${who}`
          : `without a token and a room of your own, anybody ${who}`;
  const overheard = isOverheard ? '; over ws, everybody on the way to the server can read the key' : '';
  return `not authenticated: ${claim}${overheard}`;
}
