/** Which relays a room gets, and who has to be known there. */
import type { TurnServer } from '../../../src/rendezvous/protocol/fields.ts';
import { chooseRelays } from '../../turn/choice/choose-relays.ts';
import type { ChosenRelays, NodeRelay } from '../../turn/choice/offer.ts';
import { send } from './say.ts';
import type { PeerSession, Room, State } from './state.ts';

/** One relay for both peers is the shortest way through relays. */
const NODES_PER_ROOM = 1;
/** Nobody knows how it stands with a server of others: the client takes the first that answers. */
const OTHERS_PER_ROOM = 2;
const RANDOM_RANGE = 2 ** 32;

/** The part of a message that offers the TURN servers; empty where there are none. */
export function turnOf(now: number, state: State, session: PeerSession): { readonly turn?: TurnServer[] } {
  const chosen = choose(now, state, session);
  for (const { name } of chosen.nodes) attend(state, session, name);
  const turn = state.turnFor(session.turnUser, chosen);
  return turn.length === 0 ? {} : { turn: [...turn] };
}

/**
 * Chooses for the room of the session what it does not have yet, so that all who meet there get the same. A client makes
 * its allocation before it asks for anybody, since the relayed endpoint is a part of what it asks with.
 */
function choose(now: number, state: State, { room, connection }: PeerSession): ChosenRelays {
  const near = connection?.near ?? null;
  const random = (): number => Buffer.from(state.randomBytes(4)).readUInt32BE() / RANDOM_RANGE;
  const there = handedOut(state).filter(({ until }) => now < until);
  const nodes = chooseRelays(there, { count: NODES_PER_ROOM, last: room.relays.nodes, near, random });
  const others = chooseRelays(state.otherRelays, { count: OTHERS_PER_ROOM, last: room.relays.others, near, random });
  const [relay] = nodes;
  if (relay && !room.relays.nodes.includes(relay.name)) {
    state.outputs.push({ kind: 'chosen', room: room.name, relay: relay.name });
  }
  room.relays = { nodes: nodes.map(({ name }) => name), others: others.map(({ name }) => name) };
  return { nodes, others };
}

/** Has the relay told that the session is there: it may be used for as long as that. */
function attend(state: State, session: PeerSession, relay: string): void {
  state.counts.relays[relay === state.ownRelay ? 'own' : 'other-node']++;
  if (relay === state.ownRelay || session.relays.has(relay)) return;
  session.relays.add(relay);
  state.outputs.push({ kind: 'attend', relay, user: session.turnUser, isThere: true });
}

/** Has all relays told that the session has ended. */
export function unattend({ outputs }: State, { relays, turnUser: user }: PeerSession): void {
  for (const relay of relays) outputs.push({ kind: 'attend', relay, user, isThere: false });
}

/** Takes what relays there are now. The rooms of one that is handed out no more get another, if there is any. */
export function setRelays(now: number, state: State, relays: readonly NodeRelay[]): void {
  state.relays = relays;
  replaceGone(now, state);
}

/** The relay of this server is handed out no more. */
export function drainRelay(now: number, state: State): void {
  state.isDraining = true;
  replaceGone(now, state);
}

/** The relays of nodes, without that of this one when it is going down. */
export function handedOut({ relays, isDraining, ownRelay }: State): readonly NodeRelay[] {
  return isDraining ? relays.filter(({ name }) => name !== ownRelay) : relays;
}

function replaceGone(now: number, state: State): void {
  const names = new Set(handedOut(state).map(({ name }) => name));
  if (names.size === 0) return;
  for (const room of state.rooms.values())
    if (room.relays.nodes.some((name) => !names.has(name))) retell(now, state, room);
}

function retell(now: number, state: State, { sessions }: Room): void {
  for (const session of sessions.values()) {
    const { turn } = session.connection ? turnOf(now, state, session) : {};
    if (turn) send(state, session, { type: 'turn', turn });
  }
}
