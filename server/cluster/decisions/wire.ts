/**
 * What two nodes say to each other, as JSON. Connections are named by the numbers that the node has given them to which
 * the client is connected.
 */
import { z } from 'zod';
import { endpoint, stun } from '../../../src/rendezvous/protocol/fields.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';
import { type ServerMessage, serverMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import { REGION_MAX_CHARACTERS, TOLD_USERS_MAX } from './limits.ts';

/** A digest of 9 bytes in base64url has 12. */
const TURN_USER_MAX_CHARACTERS = 32;

const c = z.int().min(0);

/** From the node of a client to the home of its room. */
const toHome = [
  z.object({
    ...{ k: z.literal('open'), c, source: z.string(), stun, room: z.string(), join: z.string() },
    /** The region of that node. */
    near: z.string().max(REGION_MAX_CHARACTERS).optional(),
  }),
  z.object({ k: z.literal('message'), c, text: z.string().nullable() }),
  z.object({ k: z.literal('pong'), c, payload: z.string() }),
  z.object({ k: z.literal('ping'), c }),
  z.object({ k: z.literal('closed'), c }),
  /** A ticket of that node was shown here. */
  z.object({ k: z.literal('bound'), ticket: z.string(), endpoint }),
] as const;

/** From the home of a room to the node of a client. */
const toClient = [
  z.object({ k: z.literal('send'), c, message: serverMessage }),
  z.object({ k: z.literal('do-ping'), c, payload: z.string() }),
  z.object({ k: z.literal('close'), c, code: z.int(), reason: z.string() }),
] as const;

/** From the home of a room to the node whose relay its sessions were offered. */
const toRelay = [
  z.object({
    ...{ k: z.literal('turn-users'), isThere: z.boolean() },
    users: z.array(z.string().max(TURN_USER_MAX_CHARACTERS)).max(TOLD_USERS_MAX),
  }),
] as const;

const saying = z.discriminatedUnion('k', [...toHome, ...toClient, ...toRelay, z.object({ k: z.literal('hello') })]);
/** The epoch of its sender, that of the receiver as far as the sender knows it, and a number that counts from 0 (link.ts). */
const wire = z.object({ e: z.string(), to: z.string().nullable(), n: z.int().min(0), s: saying });

type Parsed = z.infer<typeof saying>;
export type Saying =
  | Exclude<Parsed, { readonly k: 'send' }>
  | { readonly k: 'send'; readonly c: number; readonly message: ServerMessage };
export type Wire = Omit<z.infer<typeof wire>, 's'> & { readonly s: Saying };

export function writeWire(one: Wire): string {
  return JSON.stringify(one);
}

/** Reads what has come by Redis; null when it is nothing that a node says. */
export function readWire(text: string): Wire | null {
  const parsed = parseMessage(wire, text);
  return parsed.ok ? parsed.message : null;
}
