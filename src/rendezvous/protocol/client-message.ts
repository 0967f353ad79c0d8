/** What a client says to the rendezvous server. */
import { z } from 'zod';
import { TOKEN_MAX_CHARACTERS } from './bounds.ts';
import { behavior, candidates, id, secret, signalData } from './fields.ts';

export const PROTOCOL_VERSION = 1;

export const clientMessage = z.discriminatedUnion('type', [
  /** The first message of a connection, sent once. */
  z.object({
    type: z.literal('join'),
    version: z.literal(PROTOCOL_VERSION),
    room: id,
    id,
    token: z.string().max(TOKEN_MAX_CHARACTERS).optional(),
    /** The key from an earlier `joined`, with which a peer comes back after a lost connection. */
    resumeKey: secret.optional(),
  }),
  /** Asks for new tickets in place of the last ones. */
  z.object({ type: z.literal('ticket') }),
  /** Asks for an introduction to `peer`, and says what that peer is to be told; another ask replaces the one before. */
  z.object({
    type: z.literal('ask'),
    peer: id,
    candidates,
    behavior,
    /** What the peer's network does with IPv6, where `behavior` is about IPv4; left out, nothing is known of that. */
    behavior6: behavior.optional(),
    /** Only replaces what an ask says that has not led to an introduction yet, and asks for no other introduction. */
    isUpdate: z.literal(true).optional(),
  }),
  /** Withdraws the ask for `peer`. */
  z.object({ type: z.literal('withdraw'), peer: id }),
  z.object({ type: z.literal('signal'), peer: id, data: signalData }),
  z.object({ type: z.literal('leave') }),
]);

export type ClientMessage = Readonly<z.infer<typeof clientMessage>>;
export type ClientMessageOf<T extends ClientMessage['type']> = Extract<ClientMessage, { readonly type: T }>;
