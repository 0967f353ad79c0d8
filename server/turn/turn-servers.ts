/** The TURN servers that the rendezvous offers to its peers: their URLs, and credentials that are good for a while. */
import { X509Certificate } from 'node:crypto';
import { formatEndpoint } from '../../src/endpoint.ts';
import type { TurnServer } from '../../src/rendezvous/protocol/fields.ts';
import { timeLimitedCredentials } from '../../src/turn/credentials.ts';
import { secretOf } from '../secret.ts';
import type { Tls } from '../sockets/tls.ts';
import { userElsewhere } from './decisions/access/users.ts';
import { isHandedOut, type OtherTurnOptions, type RelayServerOptions } from './options.ts';

/**
 * How long the credentials are good: long enough to wait for a peer, and of little use to whoever finds them later. An
 * allocation may outlive them.
 */
export const CREDENTIALS_MS = 3_600_000;
const SECRET_BYTES = 32;

/**
 * Makes the secret of the credentials that the rendezvous gives for this server's relay, which are good as long as the
 * session is. It is random, so that nobody else can make such credentials; null where the relay is not offered to
 * peers.
 */
export function sessionSecretFor(
  relay: RelayServerOptions | undefined,
  randomBytes: (length: number) => Uint8Array,
): string | null {
  return relay && isHandedOut(relay) ? secretOf(randomBytes(SECRET_BYTES)) : null;
}

export interface TurnServers {
  /** The URLs of all servers that are offered. */
  readonly urls: readonly string[];
  /** The servers with credentials for one user, whom the relay's quota counts as one. */
  readonly serversFor: (user: string) => readonly TurnServer[];
}

/** This server's relay, if it has a secret, and the other servers that are configured. */
export function turnServersOf(
  { tls, otherTurn }: { readonly tls?: Tls | undefined; readonly otherTurn?: OtherTurnOptions | undefined },
  own: {
    /** Null where there is no relay, or it is not offered to peers. */
    readonly secret: string | null;
    /** The primary address of each family. */
    readonly primaries: readonly string[];
    readonly port: number;
    readonly turnsPort: number | null;
  },
): TurnServers {
  const { secret, primaries, port, turnsPort } = own;
  const secure = tls && turnsPort !== null ? { cert: tls.cert, port: turnsPort } : undefined;
  const ownUrls = primaries.flatMap((address) => urlsOf(address, port, secure));
  const mine = secret === null ? null : { urls: ownUrls, secret };
  const urls = [mine, otherTurn].flatMap((one) => one?.urls ?? []);
  return {
    urls,
    serversFor: (user) => {
      const unixS = Date.now() / 1000;
      return [
        ...(mine ? [turnServerFor(unixS, mine, user)] : []),
        ...(otherTurn ? [turnServerFor(unixS, otherTurn, userElsewhere(user))] : []),
      ];
    },
  };
}

/** Makes credentials for one user. @param unixS seconds of the Unix clock. */
export function turnServerFor(
  unixS: number,
  { urls, secret }: { readonly urls: readonly string[]; readonly secret: string },
  user: string,
): TurnServer {
  const expiresAtS = Math.floor(unixS) + CREDENTIALS_MS / 1000;
  return { urls: [...urls], ...timeLimitedCredentials({ secret, user, expiresAtS }), expiresInMs: CREDENTIALS_MS };
}

/** The URLs (RFC 7065) of a relay on the address; one over TLS is there only under a name that the certificate has. */
export function urlsOf(
  address: string,
  port: number,
  secure?: { readonly port: number; readonly cert: string },
): readonly string[] {
  const plain = ['udp', 'tcp'].map((transport) => `turn:${formatEndpoint({ address, port })}?transport=${transport}`);
  const host = secure && nameOf(secure.cert, address);
  if (!secure || host === undefined) return plain;
  return [...plain, `turns:${formatEndpoint({ address: host, port: secure.port })}?transport=tcp`];
}

/** The address if the certificate has it, else its first name that is not a pattern. */
function nameOf(cert: string, address: string): string | undefined {
  const certificate = new X509Certificate(cert);
  if (certificate.checkIP(address) !== undefined) return address;
  return /\bDNS:([\w-][\w.-]*)/.exec(certificate.subjectAltName ?? '')?.[1];
}
