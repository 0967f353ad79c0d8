/** The fields of rendezvous messages, as schemas that both sides validate with. */
import { z } from 'zod';
import { DEPENDENCIES } from '../../nat/behavior.ts';
import { PORT_ASSIGNMENT_KINDS } from '../../nat/port-assignment/pattern.ts';
import {
  CANDIDATE_MAX_CHARACTERS,
  CANDIDATES_MAX,
  ID_MAX_CHARACTERS,
  SIGNAL_MAX_CHARACTERS,
  STUN_ADDRESSES_MAX,
  STUN_OTHERS_MAX,
  TURN_URLS_MAX,
} from './bounds.ts';
import type { ToldBehavior } from './introduction.ts';

/** A host name has 253 characters. */
const TURN_URL_MAX_CHARACTERS = 300;
const STUN_SERVER_MAX_CHARACTERS = 300;

/** The unreserved characters of RFC 3986 §2.3, so that an id can stand in a URL, a log and a file name. */
export const id = z
  .string()
  .regex(new RegExp(`^[A-Za-z0-9._~-]{1,${ID_MAX_CHARACTERS}}$`), `1 to ${ID_MAX_CHARACTERS} of A-Z a-z 0-9 . _ ~ -`);

/** A secret that the server has made: base64url without padding. */
export const secret = z.string().regex(/^[A-Za-z0-9_-]{16,128}$/, 'base64url text of 16 to 128 characters');

/** The value of an SDP `a=candidate` line (RFC 8839 §5.1); the server looks at its size and that it is one line. */
export const candidate = z
  .string()
  .min(1)
  .max(CANDIDATE_MAX_CHARACTERS)
  .regex(/^[\x20-\x7e]*$/, 'one line of printable ASCII');
export const candidates = z.array(candidate).max(CANDIDATES_MAX);

const axis = z.enum([...DEPENDENCIES, 'none', 'undetermined']);
const port = z.int().min(1).max(0xffff);
/** How far a counter moves with each mapping; a step of zero would be no counter. */
const step = z
  .int()
  .min(-0xffff)
  .max(0xffff)
  .refine((value) => value !== 0, 'a step is not 0');
/** A range of ports, both ends included. */
const range = z
  .object({ first: port, last: port })
  .refine(({ first, last }) => first <= last, 'the first port is not beyond the last');
/** How a NAT assigns ports to new mappings: with the step of a counter or the ends of a range, where there is one. */
const allocation = z.object({
  kind: z.enum(PORT_ASSIGNMENT_KINDS),
  step: step.nullable(),
  /** Whether each socket has a counter of its own. */
  perSocket: z.boolean().optional(),
  range: range.nullable(),
});
/** What a peer says about its NAT, in the terms of RFC 4787; nobody verifies it. */
export const behavior = z.object({
  mapping: axis,
  filtering: axis,
  allocation: allocation.optional(),
  /** What a packet does that comes too early; left out where it is forgotten, or nothing is known. */
  early: z.literal('changes-port').optional(),
}) satisfies z.ZodType<ToldBehavior>;
export type { ToldBehavior };

/** An IPv4 address, or an IPv6 address without a zone. */
const address = z.union([z.ipv4(), z.ipv6()]);

export const signalData = z.string().max(SIGNAL_MAX_CHARACTERS);

export const endpoint = z.object({
  address,
  port,
});

/** Who decides on the path (RFC 8445 §4). */
export const role = z.enum(['controlling', 'controlled']);
export type Role = z.infer<typeof role>;

export const durationMs = z.number().min(0).max(86_400_000);

export const ticket = z.object({ username: secret, password: secret, expiresInMs: durationMs });
export type WireTicket = Readonly<z.infer<typeof ticket>>;

/** The server's UDP ports, which are the same on all of its addresses and take tickets. */
export const stun = z.object({
  port,
  altPort: port,
  /** The addresses that take tickets, one of each family. */
  addresses: z.array(address).max(STUN_ADDRESSES_MAX).optional(),
  /** STUN servers of others, as `HOST` or `HOST:PORT`, which tell what this one alone cannot. */
  others: z.array(z.string().min(1).max(STUN_SERVER_MAX_CHARACTERS)).max(STUN_OTHERS_MAX).optional(),
});
export type StunOffer = Readonly<z.infer<typeof stun>>;

/** URLs of RFC 7065. */
export const turnUrls = z
  .array(
    z
      .string()
      .max(TURN_URL_MAX_CHARACTERS)
      .regex(/^turns?:/),
  )
  .min(1)
  .max(TURN_URLS_MAX);

/** A TURN server, like WebRTC's RTCIceServer: its URLs, and credentials with their lifetime. */
export const turnServer = z.object({
  urls: turnUrls,
  /** RFC 8489 §14.3: at most 508 bytes. */
  username: z.string().min(1).max(508),
  password: z.string().min(1).max(508),
  expiresInMs: durationMs,
});
export type TurnServer = Readonly<z.infer<typeof turnServer>>;
