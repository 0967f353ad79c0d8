/** What the rules of a node have done in more than one place. */

import type { ConnectionOutput, RendezvousInput, RendezvousOutput } from '../../rendezvous/decisions/input-output.ts';
import { digestOf } from '../../rendezvous/decisions/kept.ts';
import { attend } from './attend.ts';
import { RELAY_FIELD } from './limits.ts';
import type { Client, State } from './state.ts';
import { tell } from './tell.ts';

/** A connection that is to come back, here or at another node; RFC 6455 §7.4.1, and 1013 of the IANA registry. */
export const COME_BACK = 1013;

/** Tells the rendezvous of this node something, and has done what it wants. */
export function hand(now: number, state: State, input: RendezvousInput): void {
  for (const output of state.rendezvous.handle(now, input)) {
    if (output.kind === 'attend') attend(state, output);
    else if (output.kind === 'chosen') noteRelay(state, output);
    else pass(state, output);
  }
}

function pass(state: State, output: ConnectionOutput): void {
  noteJoined(state, output);
  const client = state.clients.get(output.connection);
  if (!client) return;
  if (client.guestOf) tellGuest(state, client.guestOf, output);
  else state.outputs.push(output);
  if (output.kind === 'close') forget(state, client);
}

/** Has Redis told which relay the room has. */
function noteRelay(
  { rooms, outputs }: State,
  { room: name, relay }: Extract<RendezvousOutput, { readonly kind: 'chosen' }>,
): void {
  const room = rooms.get(name);
  if (room) room.relay = relay;
  outputs.push({ kind: 'keep', room: name, id: RELAY_FIELD, digest: relay });
}

/** Has Redis told whose id it is. */
function noteJoined({ rooms, outputs }: State, output: ConnectionOutput): void {
  if (output.kind !== 'send' || output.message.type !== 'joined') return;
  const { room, id, resumeKey } = output.message;
  const digest = digestOf(resumeKey);
  const kept = rooms.get(room)?.kept;
  if (!kept || kept.get(id) === digest) return;
  kept.set(id, digest);
  outputs.push({ kind: 'keep', room, id, digest });
}

function tellGuest(state: State, { node, number: c }: NonNullable<Client['guestOf']>, output: ConnectionOutput): void {
  switch (output.kind) {
    case 'send':
      tell(state, node, { k: 'send', c, message: output.message });
      break;
    case 'ping':
      tell(state, node, { k: 'do-ping', c, payload: output.payload });
      break;
    case 'close':
      tell(state, node, { k: 'close', c, code: output.code, reason: output.reason });
      break;
  }
}

/** Closes a connection of this node or of another, of which the rendezvous knows nothing. */
export function close(
  state: State,
  client: Client,
  { code = COME_BACK, reason }: { readonly code?: number; readonly reason: string },
): void {
  if (client.guestOf) tellGuest(state, client.guestOf, { kind: 'close', connection: client.number, code, reason });
  else state.outputs.push({ kind: 'close', connection: client.number, code, reason });
  forget(state, client);
}

export function forget({ clients, guests, lookups }: State, client: Client): void {
  clients.delete(client.number);
  if (client.stage.kind === 'looking') lookups.get(client.stage.room)?.clients.delete(client);
  if (!client.guestOf) return;
  const ofNode = guests.get(client.guestOf.node);
  if (ofNode?.delete(client.guestOf.number) && ofNode.size === 0) guests.delete(client.guestOf.node);
}
