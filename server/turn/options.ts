/** What a relay can be asked for, and the check of it before any socket is opened. */
import ipaddr from 'ipaddr.js';
import { TURN_URLS_MAX } from '../../src/rendezvous/protocol/bounds.ts';
import { checkPort, StartError } from '../start-error.ts';
import type { RelayUser } from './decisions/access/users.ts';
import type { RelayLimits } from './decisions/limits.ts';

/** Dynamic ports (RFC 6335 §6), the range that RFC 8656 §7.2 recommends. */
export const DEFAULT_RELAY_PORTS = { first: 49_152, last: 65_535 } as const;
/** RFC 8656 §18. */
export const DEFAULT_TURNS_PORT = 5349;
/** RFC 8489 §14.3. */
const NAME_MAX_BYTES = 508;

export interface RelayServerOptions {
  /** Users with a name and a password of their own. */
  readonly users?: readonly RelayUser[];
  /** Whoever has it makes time-limited credentials, as for coturn; with it, or without users, peers are told of the relay. */
  readonly secret?: string;
  /** Says that everybody who joins a room may use the relay: without it, there has to be a token. */
  readonly open?: boolean;
  /** From which relayed sockets get their ports. */
  readonly ports?: { readonly first: number; readonly last: number };
  /** Of TURN over TLS, which is there when the server has a certificate; 0 is any free one. */
  readonly turnsPort?: number;
  /** Relay to private and loopback addresses too, and to the server itself. */
  readonly allowPrivate?: boolean;
  /** Networks, `ADDRESS/BITS`, to relay to though they are private, or on a link of the server's. */
  readonly allowPeers?: readonly string[];
  /** For those that are not to be the usual ones. */
  readonly limits?: Partial<RelayLimits>;
}

/** TURN servers run by somebody else, of which the rendezvous is to tell its peers. */
export interface OtherTurnOptions {
  readonly urls: readonly string[];
  /** The one that those servers have: coturn's `static-auth-secret`. */
  readonly secret: string;
}

/** Whether the rendezvous hands out credentials to whoever joins a room, and not to named users only. */
export function isHandedOut({ users = [], secret }: RelayServerOptions): boolean {
  return secret !== undefined || users.length === 0;
}

/** Whether everybody may use it, as everybody may join a room. */
export function isOpenRelay(relay: RelayServerOptions | undefined, authToken: string | undefined): boolean {
  return relay !== undefined && isHandedOut(relay) && authToken === undefined;
}

/** @throws StartError when the options contradict themselves, or name what cannot be. */
export function checkRelay(options: RelayServerOptions, authToken: string | undefined): void {
  const { users = [], secret, ports = DEFAULT_RELAY_PORTS, turnsPort, allowPeers = [], limits } = options;
  for (const { name, password } of users) {
    const isName = name !== '' && !name.includes(':') && Buffer.byteLength(name) <= NAME_MAX_BYTES;
    if (!isName) throw bad(`'${name}' is no name of a relay user: it has 1 to ${NAME_MAX_BYTES} bytes and no colon`);
    if (password === '') throw bad(`the relay user '${name}' has no password`);
    if (users.filter((one) => one.name === name).length > 1) throw bad(`the relay user '${name}' is given twice`);
  }
  checkSecret(secret);
  if (isOpenRelay(options, authToken) && !options.open) {
    throw bad('without auth-token everybody who joins a room may use the relay: open-relay says that it is meant so');
  }
  checkPort('turns-port', turnsPort ?? DEFAULT_TURNS_PORT);
  const { first, last } = ports;
  const isRange = [first, last].every((port) => Number.isInteger(port) && port >= 1024 && port <= 0xffff);
  if (!isRange || first > last) throw bad(`relay-ports is ${first}-${last}: FIRST-LAST, from 1024 to 65535`);
  const noNetwork = allowPeers.find((one) => !ipaddr.isValidCIDR(one));
  if (noNetwork !== undefined) throw bad(`'${noNetwork}' is no network to relay to: ADDRESS/BITS`);
  for (const [name, value] of Object.entries(limits ?? {})) {
    if (!(value > 0)) throw bad(`${name} of the relay is ${value}: it is more than 0`);
  }
}

/** @throws StartError when a URL is none of RFC 7065 §3.1. */
export function checkOtherTurn({ urls, secret }: OtherTurnOptions): void {
  checkSecret(secret);
  if (urls.length > TURN_URLS_MAX) throw bad(`${urls.length} TURN URLs are given: at most ${TURN_URLS_MAX} are told`);
  const wrong = urls.find(
    (url) => !/^turns?:(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?$/.test(url),
  );
  if (wrong !== undefined) throw bad(`'${wrong}' is no TURN URL: turn:HOST[:PORT][?transport=udp|tcp], or turns:`);
}

function checkSecret(secret: string | undefined): void {
  if (secret === '') throw bad('the secret of the relay is empty');
}

function bad(message: string): StartError {
  return new StartError('bad-relay', message);
}
