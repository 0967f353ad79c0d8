/** What a page and a natcheck server say to each other over a WebSocket, to find out what NAT the browser is behind. */
import { z } from 'zod';
import { endpoint } from '../../rendezvous/protocol/fields.ts';
import { DEPENDENCIES } from '../behavior.ts';
import { REASONS, type Reason } from '../reason.ts';
import { BROWSER_SOCKETS, PLACES } from './places.ts';

export const BROWSER_VERSION = 1;
/** Where the server takes these WebSockets, relative to its page. */
export const BROWSER_PATH = 'detect';
/** The first message has three pairs of ICE credentials, of 512 characters each at most. */
export const BROWSER_MESSAGE_MAX_BYTES = 4 * 1024;
/** Each question of a detection, and some to spare. */
const PROBES_MAX = 16;

const family = z.enum(['IPv4', 'IPv6']);
/** The credentials of an ICE agent (RFC 8839 §5.4). */
export const credentials = z.object({
  ufrag: z.string().regex(/^[A-Za-z0-9+/]{4,256}$/, 'a username fragment of ICE'),
  pwd: z.string().regex(/^[A-Za-z0-9+/]{22,256}$/, 'a password of ICE'),
});
const socketCredentials = z.object({ control: credentials, filtering: credentials, base: credentials });
export type SocketCredentials = Readonly<z.infer<typeof socketCredentials>>;

export const pageMessage = z.discriminatedUnion('type', [
  /** Asks for a detection over that family, by three sockets with these credentials; another one replaces it. */
  z.object({ type: z.literal('begin'), version: z.literal(BROWSER_VERSION), family, sockets: socketCredentials }),
  /** Says that the browser sends its checks from now on: silence counts. */
  z.object({ type: z.literal('started'), family }),
]);
export type PageMessage = Readonly<z.infer<typeof pageMessage>>;

const place = z.enum(PLACES);
const reason = z.custom<Reason>((value) => typeof value === 'string' && Object.hasOwn(REASONS, value), 'a reason');
const finding = z.union([
  z.object({ behavior: z.enum(DEPENDENCIES), reason: z.null() }),
  z.object({ behavior: z.literal('undetermined'), reason }),
]);
const probe = z.object({
  test: z.string(),
  socket: z.string(),
  to: endpoint,
  sends: z.int(),
  answers: z.int(),
  from: endpoint.nullable(),
  rttMs: z.number().nullable(),
  mapped: endpoint.nullable(),
});

export const serverMessage = z.discriminatedUnion('type', [
  /** Comes first: the families that the server has. */
  z.object({
    type: z.literal('welcome'),
    version: z.literal(BROWSER_VERSION),
    families: z.array(family).min(1).max(2),
  }),
  /** The server's credentials for each socket, and its endpoints; without another address there are two. */
  z.object({
    type: z.literal('begun'),
    family,
    sockets: socketCredentials,
    endpoints: z.partialRecord(place, endpoint),
  }),
  /** The first check of that socket has come to that place, from that public endpoint. */
  z.object({ type: z.literal('seen'), family, socket: z.enum(BROWSER_SOCKETS), at: place, endpoint }),
  /** What the server has seen; it is final. */
  z.object({
    type: z.literal('result'),
    family,
    /** Whether any check has come; without one, nothing else means anything. */
    isHeard: z.boolean(),
    mapping: finding,
    filtering: finding,
    /** What the primary place has seen of the control socket. */
    public: endpoint.nullable(),
    probes: z.array(probe).max(PROBES_MAX),
    elapsedMs: z.number(),
  }),
  z.object({ type: z.literal('error'), reason: z.enum(['bad-message', 'no-such-family', 'busy']), detail: z.string() }),
]);
export type ServerMessage = Readonly<z.infer<typeof serverMessage>>;
export type BrowserResult = Extract<ServerMessage, { readonly type: 'result' }>;
