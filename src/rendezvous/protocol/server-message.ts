/** What the rendezvous server says to a client. */
import { z } from 'zod';
import { REFUSAL_MAX_CHARACTERS, ROOM_PEERS_MAX, START_MAX_MS, TURN_SERVERS_MAX } from './bounds.ts';
import {
  behavior,
  candidates,
  durationMs,
  endpoint,
  id,
  role,
  secret,
  signalData,
  stun,
  ticket,
  turnServer,
} from './fields.ts';
import type { Introduction } from './introduction.ts';
import { REFUSAL_CODES } from './refusal.ts';

/** The TURN servers that this peer may use; left out where there are none. */
const turn = z.array(turnServer).max(TURN_SERVERS_MAX).optional();

export const serverMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('joined'),
    id,
    room: id,
    /** The ids of the other peers in the room. */
    peers: z.array(id).max(ROOM_PEERS_MAX),
    /** Whether this is the session that the resume key names, with its asks, rather than a new one. */
    resumed: z.boolean(),
    resumeKey: secret,
    ticket,
    /** For a second socket, over IPv6; left out where the server has only one family. */
    ticket6: ticket.optional(),
    stun,
    turn,
  }),
  z.object({ type: z.literal('ticket'), ticket, ticket6: ticket.optional(), turn }),
  /** The TURN servers are others from now on: those that were told before are going down, or are gone. */
  z.object({ type: z.literal('turn'), turn: z.array(turnServer).max(TURN_SERVERS_MAX) }),
  /** The endpoint from which the ticket came, sent whenever it is a new one. */
  z.object({ type: z.literal('bound'), endpoint }),
  z.object({ type: z.literal('peer-joined'), peer: id }),
  /** The peer has left, or its connection was lost and it did not come back in time. */
  z.object({ type: z.literal('peer-left'), peer: id, reason: z.enum(['left', 'lost']) }),
  /** The ask is noted; the message says whether that peer is in the room now. */
  z.object({ type: z.literal('asked'), peer: id, present: z.boolean() }),
  /** That peer asks for this one, which has not asked for that peer. */
  z.object({ type: z.literal('wanted'), peer: id }),
  /** Both have asked; signals pass from now on. */
  z.object({ type: z.literal('paired'), peer: id, role }),
  /** Both have asked, and both endpoints are known: this is all it takes to punch. */
  z.object({
    type: z.literal('introduction'),
    peer: id,
    endpoint,
    candidates,
    behavior,
    /** The receiver's endpoint, as the peer was told it. */
    own: endpoint,
    /** The receiver's role. */
    role,
    /** The same over IPv6, where both have shown a socket of either family: then the fields above are over IPv4. */
    also: z.object({ endpoint, behavior, own: endpoint }).optional(),
    key: secret,
    startInMs: durationMs.max(START_MAX_MS),
  }),
  z.object({ type: z.literal('signal'), peer: id, data: signalData }),
  z.object({
    type: z.literal('error'),
    code: z.enum(REFUSAL_CODES),
    /** The text of the refusal, cut to a length that users can read. */
    message: z.string().transform((text) => text.slice(0, REFUSAL_MAX_CHARACTERS)),
    /** The type of the message that is refused, where there is one. */
    re: z.string().optional(),
    peer: id.optional(),
    /** Where the code is `id-in-use`: how long at most the id is still kept for its absent owner. */
    retryInMs: durationMs.optional(),
  }),
  z.object({ type: z.literal('closing') }),
]);

export type ServerMessage = Readonly<Exclude<z.infer<typeof serverMessage>, { type: 'introduction' }>> | Introduction;
export type { Introduction };
export type ServerMessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { readonly type: T }>;
