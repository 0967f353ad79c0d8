/** What the rendezvous tells its peers of TURN servers: where they are, and credentials that are good for a while. */
import { X509Certificate } from 'node:crypto';
import { formatEndpoint } from '../../src/endpoint.ts';
import type { TurnServer } from '../../src/rendezvous/protocol/fields.ts';
import { timeLimitedCredentials } from '../../src/turn/credentials.ts';
import { secretOf } from '../secret.ts';
import type { Tls } from '../sockets/tls.ts';
import { userElsewhere } from './decisions/access/users.ts';
import { isHandedOut, type OtherTurnOptions, type RelayServerOptions } from './options.ts';

/** Long enough for whoever waits for a peer, short for whoever finds it later. An allocation may outlive it. */
export const CREDENTIALS_MS = 3_600_000;
const SECRET_BYTES = 32;

/**
 * The secret of the credentials that the rendezvous hands out for the server's own relay, which are good as long as the
 * session is: a random one, so that nobody else can make them. Null where peers are told nothing.
 */
export function sessionSecretFor(
  relay: RelayServerOptions | undefined,
  randomBytes: (length: number) => Uint8Array,
): string | null {
  return relay && isHandedOut(relay) ? secretOf(randomBytes(SECRET_BYTES)) : null;
}

export interface TurnServers {
  /** All there are to tell of. */
  readonly urls: readonly string[];
  /** With credentials for one user, who counts as one for the relay's quota. */
  readonly serversFor: (user: string) => readonly TurnServer[];
}

/** The server's own relay, where it has a secret, and those of others that it was told of. */
export function turnServersOf(
  { tls, otherTurn }: { readonly tls?: Tls | undefined; readonly otherTurn?: OtherTurnOptions | undefined },
  own: {
    /** Null: nobody is to be told of the relay, or there is none. */
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

/** @param unixS seconds of the Unix clock. */
export function turnServerFor(
  unixS: number,
  { urls, secret }: { readonly urls: readonly string[]; readonly secret: string },
  user: string,
): TurnServer {
  const expiresAtS = Math.floor(unixS) + CREDENTIALS_MS / 1000;
  return { urls: [...urls], ...timeLimitedCredentials({ secret, user, expiresAtS }), expiresInMs: CREDENTIALS_MS };
}

/** The URLs (RFC 7065) of a relay on the address; over TLS only under a name that its certificate has. */
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

/** The address if the certificate has it, else its first name that is no pattern. */
function nameOf(cert: string, address: string): string | undefined {
  const certificate = new X509Certificate(cert);
  if (certificate.checkIP(address) !== undefined) return address;
  return /\bDNS:([\w-][\w.-]*)/.exec(certificate.subjectAltName ?? '')?.[1];
}
