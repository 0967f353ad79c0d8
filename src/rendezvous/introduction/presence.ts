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

/**
 * Says what was seen of the peer during the wait, and what may be wrong.
 * @param options.hasCode whether the two sides share a code, so that ids are names to nobody.
 */
export function explainAbsence(
  { here, asking, left }: Presence,
  { id, waitMs, hasCode }: { readonly id: string; readonly waitMs: number; readonly hasCode: boolean },
): string {
  const peer = hasCode ? 'the other side' : id;
  const wait = `in the ${Math.round(waitMs / 100) / 10} s of waiting`;
  const waited = `${wait}, ${peer}`;
  if (asking.has(id)) {
    return `${waited} asked for this side, but the server has not seen its UDP: does UDP from there reach the server?`;
  }
  if (hasCode && !left.has(id)) return explainAbsenceOfCode(wait, { isHere: here.has(id), others: here.size });
  if (here.has(id)) return `${waited} was in the room, but did not ask for this side: has it named another peer?`;
  if (left.has(id)) return `${waited} was in the room and has left it, without asking for this side in time`;
  const others = here.size === 0 ? 'nobody else was' : `${here.size} other${here.size === 1 ? ' was' : 's were'}`;
  return `${waited} was not in the room, where ${others}: has it another id, room or server?`;
}

function explainAbsenceOfCode(
  wait: string,
  { isHere, others }: { readonly isHere: boolean; readonly others: number },
): string {
  if (isHere && others > 1)
    return `${wait}, ${others} others with the same code were there, but did not ask for this side: are they connected to each other?`;
  if (isHere)
    return `${wait}, somebody with the same code was there, but did not ask for this side: is it connected to another one, or does another command run there?`;
  if (others > 0)
    return `${wait}, somebody with the same code was there, but with the wrong command: does natcheck expose run there?`;
  return `${wait}, nobody else with this code came: is it the same on both sides?`;
}
