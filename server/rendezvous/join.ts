/** Joining a room under an id, coming back to it, and leaving. */
import type { ClientMessageOf } from '../../src/rendezvous/client-message.ts';
import type { RefusalCode } from '../../src/rendezvous/refusal.ts';
import type { ServerMessage } from '../../src/rendezvous/server-message.ts';
import { catchUp, forgetSpentAsks } from './ask.ts';
import { TICK_MS } from './limits.ts';
import { CLOSE, hangUp, refuse, send } from './output.ts';
import { ping } from './round-trip.ts';
import { isSameSecret, secretOf } from './secret.ts';
import type { Connection, Room, Session, State } from './state.ts';
import { issueTicket, revokeTicket, turnOf, turnUserOf } from './tickets.ts';

const RESUME_KEY_BYTES = 32;

type Join = ClientMessageOf<'join'>;

export function join(state: State, connection: Connection, message: Join, now: number): void {
  const known = state.rooms.get(message.room)?.sessions.get(message.id);
  const refusal = known ? refusalOfReturn(state, known, message) : refusalOfNew(state, message);
  if (refusal !== null) {
    const retryInMs = refusal === 'id-in-use' && known ? freeInMs(state, known, now) : undefined;
    refuse(state, connection, refusal, { re: 'join', retryInMs });
    const isFull = refusal === 'room-full' || refusal === 'too-many-rooms' || refusal === 'server-full';
    hangUp(state, connection, { code: isFull ? CLOSE.tryAgainLater : CLOSE.policy, reason: refusal, now });
    return;
  }
  if (known?.connection) {
    refuse(state, known.connection, 'replaced');
    hangUp(state, known.connection, { code: CLOSE.policy, reason: 'replaced', now });
  }
  const session = known ?? createSession(state, message);
  session.connection = connection;
  connection.session = session;
  // Who comes back may come from elsewhere: the socket has to be shown again.
  session.endpoint = null;
  send(state, connection, {
    type: 'joined',
    id: session.id,
    room: session.room.name,
    peers: [...session.room.sessions.keys()].filter((id) => id !== session.id),
    resumed: known !== undefined,
    resumeKey: session.resumeKey,
    ticket: issueTicket(state, session, now),
    stun: state.stun,
    ...turnOf(state, session),
  });
  if (!known) tellOthers(state, session, { type: 'peer-joined', peer: session.id });
  catchUp(state, session);
  ping(state, connection, now);
}

/** Without the token nobody learns which ids are in use. */
function isAuthorized({ authToken }: State, { token = '' }: Join): boolean {
  return authToken === null || isSameSecret(authToken, token);
}

function refusalOfReturn(state: State, known: Session, message: Join): RefusalCode | null {
  if (!isAuthorized(state, message)) return 'unauthorized';
  const { resumeKey } = message;
  return resumeKey !== undefined && isSameSecret(known.resumeKey, resumeKey) ? null : 'id-in-use';
}

function refusalOfNew(state: State, message: Join): RefusalCode | null {
  const { limits, rooms, sessions } = state;
  if (!isAuthorized(state, message)) return 'unauthorized';
  if (sessions >= limits.peers) return 'server-full';
  const room = rooms.get(message.room);
  if (room) return room.sessions.size >= limits.peersPerRoom ? 'room-full' : null;
  return rooms.size >= limits.rooms ? 'too-many-rooms' : null;
}

/** When an id is free again that is kept for an owner who is away; undefined while its owner is there. */
function freeInMs({ limits }: State, { connection, lostAt }: Session, now: number): number | undefined {
  return connection ? undefined : Math.max(0, Math.ceil(lostAt + limits.resumeMs + TICK_MS - now));
}

function createSession(state: State, message: Join): Session {
  const room: Room = state.rooms.get(message.room) ?? { name: message.room, sessions: new Map() };
  state.rooms.set(room.name, room);
  const resumeKey = lateKeyOf(state, message) ?? secretOf(state.randomBytes(RESUME_KEY_BYTES));
  const turnUser = turnUserOf(resumeKey);
  state.turnUsers.add(turnUser);
  const session: Session = {
    id: message.id,
    room,
    resumeKey,
    turnUser,
    connection: null,
    lostAt: 0,
    ticket: null,
    endpoint: null,
    asks: new Map(),
  };
  room.sessions.set(session.id, session);
  state.sessions++;
  return session;
}

/** Of who comes back when its id is no longer kept: it stays the TURN user that it was, so that its allocations go on. */
function lateKeyOf({ turnUsers }: State, { resumeKey }: Join): string | undefined {
  return resumeKey !== undefined && !turnUsers.has(turnUserOf(resumeKey)) ? resumeKey : undefined;
}

/** Ends the session: the id is free, and the others are told. */
export function endSession(state: State, session: Session, reason: 'left' | 'lost'): void {
  const { room } = session;
  revokeTicket(state, session);
  room.sessions.delete(session.id);
  if (room.sessions.size === 0) state.rooms.delete(room.name);
  state.sessions--;
  state.turnUsers.delete(session.turnUser);
  forgetSpentAsks(session);
  tellOthers(state, session, { type: 'peer-left', peer: session.id, reason });
}

export function leave(state: State, connection: Connection, session: Session, now: number): void {
  endSession(state, session, 'left');
  hangUp(state, connection, { code: CLOSE.normal, reason: 'left', now });
}

function tellOthers(state: State, { id, room }: Session, message: ServerMessage): void {
  for (const other of room.sessions.values()) if (other.id !== id) send(state, other, message);
}
