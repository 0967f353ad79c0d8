/** Decides whether a join is let in, and what a refused one is told. */
import type { ClientMessageOf } from '../../../src/rendezvous/protocol/client-message.ts';
import type { RefusalCode } from '../../../src/rendezvous/protocol/refusal.ts';
import { isSameSecret } from '../../secret.ts';
import { keptFromMs } from './kept.ts';
import { DRAIN_RETRY_MS, TICK_MS, UNANSWERED_RETRY_MS } from './limits.ts';
import { takeTicket } from './sources.ts';
import type { PeerSession, Source, State } from './state.ts';

type Join = ClientMessageOf<'join'>;

/** The refusals that pass with time. */
export const PASSING: ReadonlySet<RefusalCode> = new Set([
  'room-full',
  'too-many-rooms',
  'server-full',
  'source-full',
  'source-busy',
]);

export interface Refusal {
  readonly code: RefusalCode;
  /** How long until another join can be let in, where that is known. */
  readonly retryInMs?: number | undefined;
}

/** The refusal of a join, or null to let it in; `known` is the session that has the id already. */
export function refusalOf(
  now: number,
  state: State,
  {
    source,
    known,
    message,
  }: { readonly source: Source; readonly known: PeerSession | undefined; readonly message: Join },
): Refusal | null {
  // This comes before everything else, so that guesses at the token count too.
  const busyMs = takeTicket(now, state, source);
  if (busyMs > 0) return { code: 'source-busy', retryInMs: Math.ceil(busyMs) };
  const keptMs = known ? 0 : keptFromMs(now, state, message);
  if (keptMs > 0 && isAuthorized(state, message)) return { code: 'id-in-use', retryInMs: Math.ceil(keptMs + TICK_MS) };
  const code = known ? refusalOfReturn(state, known, message) : refusalOfNew(state, source, message);
  if (code === null) return null;
  return { code, retryInMs: retryInMs(now, state, { code, known }) };
}

/** How long until a join with that refusal may be let in; undefined where that is not known. */
function retryInMs(
  now: number,
  state: State,
  { code, known }: { readonly code: RefusalCode; readonly known: PeerSession | undefined },
): number | undefined {
  if (code === 'id-in-use' && known) return freeInMs(now, state, known);
  // Another server takes its place, and the peer finds that one there when it tries again.
  return code === 'server-full' && state.isDraining ? DRAIN_RETRY_MS : undefined;
}

/** Whether the join shows the token; it is checked first, so that without it nobody learns which ids are in use. */
function isAuthorized({ authToken }: State, { token = '' }: Join): boolean {
  return authToken === null || isSameSecret(authToken, token);
}

function refusalOfReturn(state: State, known: PeerSession, message: Join): RefusalCode | null {
  if (!isAuthorized(state, message)) return 'unauthorized';
  const { resumeKey } = message;
  return resumeKey !== undefined && isSameSecret(known.resumeKey, resumeKey) ? null : 'id-in-use';
}

function refusalOfNew(state: State, source: Source, message: Join): RefusalCode | null {
  const { limits, rooms, sessions } = state;
  if (!isAuthorized(state, message)) return 'unauthorized';
  if (source.peers >= limits.peersPerSource) return 'source-full';
  if (sessions >= limits.peers) return 'server-full';
  const room = rooms.get(message.room);
  if (room) return room.sessions.size >= limits.peersPerRoom ? 'room-full' : null;
  // A room that was taken over is there, although none of its peers has come back yet.
  if (state.isDraining && !state.kept.has(message.room)) return 'server-full';
  if (source.rooms >= limits.peersPerSource) return 'source-full';
  return rooms.size >= limits.rooms ? 'too-many-rooms' : null;
}

/**
 * How long until an id is free that is kept for an owner who is away; undefined while the owner is there. One that has
 * answered no ping yet may have lost its connection before it was told the key to come back with, and be the peer that asks.
 */
function freeInMs(now: number, { limits }: State, { connection, lostAt }: PeerSession): number | undefined {
  if (connection) return connection.rttsMs.length === 0 ? UNANSWERED_RETRY_MS : undefined;
  return Math.max(0, Math.ceil(lostAt + limits.resumeMs + TICK_MS - now));
}
