/** The options of a relay, checked before any socket is opened. */
import ipaddr from 'ipaddr.js';
import { TURN_URLS_MAX } from '../../src/rendezvous/protocol/bounds.ts';
import { checkPort, StartError } from '../start-error.ts';
import type { RelayUser } from './decisions/access/users.ts';
import type { RelayLimits } from './decisions/limits.ts';

/** The dynamic ports (RFC 6335 §6), which RFC 8656 §7.2 recommends. */
export const DEFAULT_RELAY_PORTS = { first: 49_152, last: 65_535 } as const;
/** The port of TURN over TLS (RFC 8656 §18). */
export const DEFAULT_TURNS_PORT = 5349;
/** How many URLs of other servers there may be. */
const OTHER_URLS_MAX = 64;
/** The greatest length of USERNAME (RFC 8489 §14.3). */
const NAME_MAX_BYTES = 508;

export interface RelayServerOptions {
  /** The users who have a name and a password. */
  readonly users?: readonly RelayUser[];
  /** Makes time-limited credentials, as for coturn. With it, or without users, the relay is offered to peers. */
  readonly secret?: string;
  /** Lets everybody who joins a room use the relay; without it, there has to be a token. */
  readonly open?: boolean;
  /** The range that relayed sockets get their ports from. */
  readonly ports?: { readonly first: number; readonly last: number };
  /** The port of TURN over TLS, which the server has if it has a certificate; 0 takes any free one. */
  readonly turnsPort?: number;
  /** Relays to private and loopback addresses too, and to the server itself. */
  readonly allowPrivate?: boolean;
  /** Networks, `ADDRESS/BITS`, to relay to although they are private, or on a link of the server. */
  readonly allowPeers?: readonly string[];
  /** Replaces default limits. */
  readonly limits?: Partial<RelayLimits>;
}

/** TURN servers run by somebody else, which the rendezvous offers to its peers. */
export interface OtherTurnOptions {
  /** URLs, each as `[REGION=]URL`; those of one host are of one server. Of more than two servers, each room gets two. */
  readonly urls: readonly string[];
  /** The secret of those servers, which is coturn's `static-auth-secret`. */
  readonly secret: string;
}

/** Whether the rendezvous gives credentials to whoever joins a room, so that the relay is not for named users only. */
export function isHandedOut({ users = [], secret }: RelayServerOptions): boolean {
  return secret !== undefined || users.length === 0;
}

/** Whether everybody may use the relay, because everybody may join a room. */
export function isOpenRelay(relay: RelayServerOptions | undefined, authToken: string | undefined): boolean {
  return relay !== undefined && isHandedOut(relay) && authToken === undefined;
}

/** @throws StartError when the options contradict each other, or cannot be met. */
export function checkRelay(options: RelayServerOptions, authToken: string | undefined): void {
  const { users = [], secret, ports = DEFAULT_RELAY_PORTS, turnsPort, allowPeers = [], limits } = options;
  for (const { name, password } of users) {
    const isName = name !== '' && !name.includes(':') && Buffer.byteLength(name) <= NAME_MAX_BYTES;
    if (!isName)
      throw bad(
        `'${name}' is not a valid name for a relay user: it must have 1 to ${NAME_MAX_BYTES} bytes and no colon`,
      );
    if (password === '') throw bad(`the relay user '${name}' has no password`);
    if (users.filter((one) => one.name === name).length > 1) throw bad(`the relay user '${name}' is given twice`);
  }
  checkSecret(secret);
  if (isOpenRelay(options, authToken) && !options.open) {
    throw bad(
      'without auth-token everybody who joins a room may use the relay: set auth-token, or allow that with open-relay',
    );
  }
  checkPort('turns-port', turnsPort ?? DEFAULT_TURNS_PORT);
  const { first, last } = ports;
  const isRange = [first, last].every((port) => Number.isInteger(port) && port >= 1024 && port <= 0xffff);
  if (!isRange || first > last) throw bad(`relay-ports is ${first}-${last}: it must be FIRST-LAST, from 1024 to 65535`);
  const noNetwork = allowPeers.find((one) => !ipaddr.isValidCIDR(one));
  if (noNetwork !== undefined) throw bad(`'${noNetwork}' is not a network to relay to: it must be ADDRESS/BITS`);
  for (const [name, value] of Object.entries(limits ?? {})) {
    if (!(value > 0)) throw bad(`the relay limit ${name} is ${value}: it must be more than 0`);
  }
}

/** @throws StartError when a URL is not a TURN URL (RFC 7065 §3.1), there are too many, or the secret is empty. */
export function checkOtherTurn({ urls, secret }: OtherTurnOptions): void {
  checkSecret(secret);
  if (urls.length > OTHER_URLS_MAX)
    throw bad(`${urls.length} TURN URLs are given: at most ${OTHER_URLS_MAX} are allowed`);
  const hosts = urls.map((url) => readOtherUrl(url).host);
  const crowded = hosts.find((host) => hosts.filter((one) => one === host).length > TURN_URLS_MAX);
  if (crowded !== undefined) throw bad(`more than ${TURN_URLS_MAX} TURN URLs are of ${crowded}`);
}

/** The parts of `[REGION=]URL`. @throws StartError when it is no TURN URL (RFC 7065 §3.1). */
export function readOtherUrl(text: string): {
  readonly region: string | null;
  readonly url: string;
  readonly host: string;
} {
  const [, region = null, url, host] =
    /^(?:([\w.-]{1,32})=)?(turns?:(\[[\da-fA-F:.]+\]|[\w.-]+)(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?)$/.exec(text) ??
    [];
  if (url === undefined || host === undefined) {
    throw bad(`'${text}' is not a TURN URL: it must be [REGION=]turn:HOST[:PORT][?transport=udp|tcp], or turns:`);
  }
  return { region, url, host };
}

/** @throws StartError when the name of a region cannot stand before a URL. */
export function checkRegion(region: string | undefined): void {
  if (region === undefined || /^[\w.-]{1,32}$/.test(region)) return;
  throw bad(`region is '${region}': it must have 1 to 32 of A-Z a-z 0-9 . _ -`);
}

function checkSecret(secret: string | undefined): void {
  if (secret === '') throw bad('the relay secret is empty');
}

function bad(message: string): StartError {
  return new StartError('bad-relay', message);
}
