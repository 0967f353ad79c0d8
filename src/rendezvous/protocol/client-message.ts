/** What a client says to the rendezvous server. */
import { z } from 'zod';
import { TOKEN_MAX_CHARACTERS } from './bounds.ts';
import { behavior, candidates, id, secret, signalData } from './fields.ts';

export const PROTOCOL_VERSION = 1;

export const clientMessage = z.discriminatedUnion('type', [
  /** First on a connection, and once. */
  z.object({
    type: z.literal('join'),
    version: z.literal(PROTOCOL_VERSION),
    room: id,
    id,
    token: z.string().max(TOKEN_MAX_CHARACTERS).optional(),
    /** From an earlier `joined`: who comes back after a lost connection. */
    resumeKey: secret.optional(),
  }),
  /** A new ticket in place of the last one. */
  z.object({ type: z.literal('ticket') }),
  /** Wants to be introduced to `peer`, and says what that peer shall be told; again, in place of what was told. */
  z.object({ type: z.literal('ask'), peer: id, candidates, behavior }),
  /** No longer wants `peer`. */
  z.object({ type: z.literal('withdraw'), peer: id }),
  z.object({ type: z.literal('signal'), peer: id, data: signalData }),
  z.object({ type: z.literal('leave') }),
]);

export type ClientMessage = Readonly<z.infer<typeof clientMessage>>;
export type ClientMessageOf<T extends ClientMessage['type']> = Extract<ClientMessage, { readonly type: T }>;
