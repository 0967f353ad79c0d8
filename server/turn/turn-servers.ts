/** The TURN servers that the rendezvous offers to its peers: their URLs, and credentials that are good for a while. */
import { X509Certificate } from 'node:crypto';
import { formatEndpoint } from '../../src/endpoint.ts';
import { TURN_URLS_MAX } from '../../src/rendezvous/protocol/bounds.ts';
import type { TurnServer } from '../../src/rendezvous/protocol/fields.ts';
import { timeLimitedCredentials } from '../../src/turn/credentials.ts';
import type { Tls } from '../sockets/tls.ts';
import type { RelayOffer } from './choice/offer.ts';
import { CREDENTIALS_S, secretOfRelay, userAtNode, userElsewhere } from './decisions/access/users.ts';
import { isHandedOut, type OtherTurnOptions, type RelayServerOptions, readOtherUrl } from './options.ts';

/** An allocation may outlive them. */
const CREDENTIALS_MS = CREDENTIALS_S * 1000;

/** The relays that the rendezvous may offer to its peers. */
export interface TurnServers {
  /** The URLs of all servers that are offered by this one alone. */
  readonly urls: readonly string[];
  /** This server's relay; null where it has none to hand out. */
  readonly own: RelayOffer | null;
  /** The secret of the credentials for it, as it is now; null where there is none. */
  readonly ownSecret: { readonly current: string } | null;
  /** The servers that others run, each by its host. */
  readonly others: readonly RelayOffer[];
  /** The chosen servers with credentials for one user, whom the quota of a relay counts as one. */
  readonly serversFor: (
    user: string,
    chosen: { readonly nodes: readonly RelayOffer[]; readonly others: readonly RelayOffer[] },
  ) => readonly TurnServer[];
}

interface TurnServersOptions {
  readonly tls?: Tls | undefined;
  readonly relay?: RelayServerOptions | undefined;
  readonly otherTurn?: OtherTurnOptions | undefined;
  readonly region?: string | undefined;
}

/** This server's relay, if it is handed out, and the other servers that are configured. */
export function turnServersOf(
  { tls, relay, otherTurn, region }: TurnServersOptions,
  server: {
    /** What tells it from other nodes. */
    readonly name: string;
    /** The secret of the credentials for the relays of all nodes, as it is now. */
    readonly secret: { readonly current: string };
    /** The primary address of each family. */
    readonly primaries: readonly string[];
    readonly port: number;
    readonly turnsPort: number | null;
  },
): TurnServers {
  const { name, secret, primaries, port, turnsPort } = server;
  const secure = tls && turnsPort !== null ? { cert: tls.cert, port: turnsPort } : undefined;
  const ownUrls = primaries.flatMap((address) => urlsOf(address, port, secure));
  const own: RelayOffer | null =
    relay && isHandedOut(relay) ? { name, urls: ownUrls, region: region ?? null, load: null } : null;
  const secretAt = (relay: string): string => secretOfRelay(secret.current, relay);
  const others = otherTurn ? byHost(otherTurn.urls) : [];
  return {
    urls: [...(own?.urls ?? []), ...others.flatMap(({ urls }) => urls)],
    ...{ own, others },
    ownSecret: own && {
      get current() {
        return secretAt(name);
      },
    },
    serversFor: (user, chosen) => {
      const unixS = Date.now() / 1000;
      const otherUrls = chosen.others.flatMap(({ urls }) => urls).slice(0, TURN_URLS_MAX);
      return [
        ...chosen.nodes.map(({ urls, ...node }) =>
          turnServerFor(unixS, { urls, secret: secretAt(node.name) }, node.name === name ? user : userAtNode(user)),
        ),
        ...(otherTurn && otherUrls.length > 0
          ? [turnServerFor(unixS, { urls: otherUrls, secret: otherTurn.secret }, userElsewhere(user))]
          : []),
      ];
    },
  };
}

/** The servers of a list of `[REGION=]URL`: URLs of one host are of one server, whose load nobody knows. */
function byHost(texts: readonly string[]): readonly RelayOffer[] {
  const servers = new Map<string, RelayOffer & { readonly urls: string[] }>();
  for (const text of texts) {
    const { region, url, host } = readOtherUrl(text);
    const server = servers.get(host) ?? { name: host, urls: [], region, load: null };
    server.urls.push(url);
    servers.set(host, server);
  }
  return [...servers.values()];
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
