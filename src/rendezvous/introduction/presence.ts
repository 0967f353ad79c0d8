/** Who else is in the room, as far as the server tells; and what is said of a peer that has not been introduced in time. */
import { ROOM_PEERS_MAX } from '../protocol/bounds.ts';
import type { ServerMessage } from '../protocol/server-message.ts';

/** The ids of the others, and of those of them that have asked for this side as well, or that have left. */
export interface Presence {
  readonly here: Set<string>;
  readonly asking: Set<string>;
  readonly left: Set<string>;
}

export function createPresence(): Presence {
  return { here: new Set(), asking: new Set(), left: new Set() };
}

/** Notes what the server says about the others. At most as many are kept as a room has; a server that tells of more is not believed. */
export function notePresence({ here, asking, left }: Presence, message: ServerMessage): void {
  switch (message.type) {
    case 'joined':
      here.clear();
      asking.clear();
      for (const id of message.peers) here.add(id);
      break;
    case 'peer-joined':
      keep(here, message.peer);
      break;
    case 'paired':
      keep(asking, message.peer);
      break;
    case 'introduction':
      asking.delete(message.peer);
      break;
    case 'peer-left':
      here.delete(message.peer);
      asking.delete(message.peer);
      keep(left, message.peer);
      break;
  }
}

function keep(ids: Set<string>, id: string): void {
  if (ids.size < ROOM_PEERS_MAX) ids.add(id);
}

/** Says what was seen of the peer during the wait, and what may be wrong. */
export function explainAbsence(
  { here, asking, left }: Presence,
  { id: peer, waitMs }: { readonly id: string; readonly waitMs: number },
): string {
  const waited = `in the ${waitMs / 1000} s of waiting, ${peer}`;
  if (asking.has(peer)) {
    return `${waited} asked for this side, but the server has not seen its UDP: does UDP from there reach the server?`;
  }
  if (here.has(peer)) return `${waited} was in the room, but did not ask for this side: has it named another peer?`;
  if (left.has(peer)) return `${waited} was in the room and has left it, without asking for this side in time`;
  const others = here.size === 0 ? 'nobody else was' : `${here.size} other${here.size === 1 ? ' was' : 's were'}`;
  return `${waited} was not in the room, where ${others}: has it another id, room or server?`;
}
