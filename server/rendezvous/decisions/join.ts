/** Joining a room under an id, rejoining it, leaving it, and the end of a room that is another node's. */
import type { ClientMessageOf } from '../../../src/rendezvous/protocol/client-message.ts';
import type { ServerMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import { secretOf } from '../../secret.ts';
import { catchUp, forgetSpentAsks } from './introduction/ask.ts';
import { forgetKept } from './kept.ts';
import { PASSING, refusalOf } from './may-join.ts';
import { turnOf, unattend } from './relays.ts';
import { ping } from './round-trip.ts';
import { CLOSE, hangUp, refuse, send } from './say.ts';
import type { Connection, PeerSession, Room, Source, State } from './state.ts';
import { issueTickets, revokeTickets, turnUserOf } from './tickets.ts';

const RESUME_KEY_BYTES = 32;

type Join = ClientMessageOf<'join'>;

export function join(
  now: number,
  state: State,
  { connection, message }: { readonly connection: Connection; readonly message: Join },
): void {
  const known = state.rooms.get(message.room)?.sessions.get(message.id);
  const refusal = refusalOf(now, state, { source: connection.source, known, message });
  if (refusal) {
    const { code, retryInMs } = refusal;
    refuse(state, connection, { code, re: 'join', retryInMs });
    hangUp(now, state, { connection, code: PASSING.has(code) ? CLOSE.tryAgainLater : CLOSE.policy, reason: code });
    return;
  }
  if (known?.connection) {
    refuse(state, known.connection, { code: 'replaced' });
    hangUp(now, state, { connection: known.connection, code: CLOSE.policy, reason: 'replaced' });
  }
  const session = known ?? createSession(state, connection.source, message);
  attach(now, state, { connection, session, resumed: known !== undefined });
  if (!known) tellOthers(state, session, { type: 'peer-joined', peer: session.id });
  catchUp(state, session);
  ping(now, state, connection);
}

/** Attaches the connection to the session, and tells the peer that it has joined. */
function attach(
  now: number,
  state: State,
  joined: { readonly connection: Connection; readonly session: PeerSession; readonly resumed: boolean },
): void {
  const { connection, session, resumed } = joined;
  session.connection = connection;
  connection.session = session;
  // A peer that rejoins may be somewhere else by now, so that it has to show its socket again.
  session.endpoints.clear();
  send(state, connection, {
    type: 'joined',
    id: session.id,
    room: session.room.name,
    peers: [...session.room.sessions.keys()].filter((id) => id !== session.id),
    resumed,
    resumeKey: session.resumeKey,
    ...issueTickets(now, state, session),
    stun: connection.stun ?? state.stun,
    ...turnOf(now, state, session),
  });
}

function openRoom(state: State, opener: Source, name: string): Room {
  const relay = state.keptRelays.get(name)?.relay;
  const relays = { nodes: relay === undefined ? [] : [relay], others: [] };
  const room: Room = { name, opener, sessions: new Map(), relays };
  state.rooms.set(name, room);
  opener.rooms++;
  return room;
}

function createSession(state: State, source: Source, message: Join): PeerSession {
  const room = state.rooms.get(message.room) ?? openRoom(state, source, message.room);
  const resumeKey = lateKeyOf(state, message) ?? secretOf(state.randomBytes(RESUME_KEY_BYTES));
  const turnUser = turnUserOf(resumeKey);
  state.turnUsers.add(turnUser);
  const session: PeerSession = {
    id: message.id,
    source,
    room,
    resumeKey,
    turnUser,
    relays: new Set(),
    connection: null,
    lostAt: 0,
    tickets: new Map(),
    endpoints: new Map(),
    asks: new Map(),
  };
  room.sessions.set(session.id, session);
  forgetKept(state, message);
  state.sessions++;
  source.peers++;
  return session;
}

/**
 * The resume key of a peer that comes back when its id is no longer kept. With it the peer stays the TURN user that it
 * was, so that its allocations go on.
 */
function lateKeyOf({ turnUsers }: State, { resumeKey }: Join): string | undefined {
  return resumeKey !== undefined && !turnUsers.has(turnUserOf(resumeKey)) ? resumeKey : undefined;
}

/** Ends the session: the id is free, and the others are told. */
export function endSession(state: State, session: PeerSession, reason: 'left' | 'lost'): void {
  const { room, source } = session;
  revokeTickets(state, session);
  room.sessions.delete(session.id);
  if (room.sessions.size === 0) closeRoom(state, room);
  state.sessions--;
  state.turnUsers.delete(session.turnUser);
  unattend(state, session);
  source.peers--;
  forgetSpentAsks(session);
  tellOthers(state, session, { type: 'peer-left', peer: session.id, reason });
}

function closeRoom(state: State, { name, opener }: Room): void {
  state.rooms.delete(name);
  opener.rooms--;
}

export function leave(
  now: number,
  state: State,
  { connection, session }: { readonly connection: Connection; readonly session: PeerSession },
): void {
  endSession(state, session, 'left');
  hangUp(now, state, { connection, code: CLOSE.normal, reason: 'left' });
}

function tellOthers(state: State, { id, room }: PeerSession, message: ServerMessage): void {
  for (const other of room.sessions.values()) if (other.id !== id) send(state, other, message);
}

/** Gives a room up, which is another node's from now on: its peers are cut off, so that they join that one's. */
export function evict(now: number, state: State, name: string): void {
  state.kept.delete(name);
  state.keptRelays.delete(name);
  const sessions = [...(state.rooms.get(name)?.sessions.values() ?? [])];
  for (const { connection } of sessions) {
    if (connection) hangUp(now, state, { connection, code: CLOSE.tryAgainLater, reason: 'the room has moved' });
  }
  for (const session of sessions) endSession(state, session, 'lost');
}
