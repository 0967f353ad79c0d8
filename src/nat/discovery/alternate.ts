/** The server's alternate endpoints: two addresses by two ports (RFC 5780 §3). */
import { mayName, scopeOf } from '../../address-scope.ts';
import { type Endpoint, familyOf } from '../../endpoint.ts';

/** A server whose alternates may not be known yet. */
export interface AskedServer {
  /** Its primary endpoint, where every request goes. */
  readonly primary: Endpoint;
  /** Its other address and port, once known. */
  other: Endpoint | null;
}

/** The places other than the primary from which a reply is asked for. */
export type Elsewhere = 'port' | 'ip-and-port';

/** Where the changed reply to a request to the primary endpoint comes from. */
export function changedSource(primary: Endpoint, other: Endpoint, change: Elsewhere): Endpoint {
  return change === 'port' ? { address: primary.address, port: other.port } : other;
}

/**
 * Whether what a server calls its other address can serve: same family, another address and another port, and one that
 * the server may have this host send to. Some servers announce their only address, or 0.0.0.0; a hostile one might name a
 * host of this network.
 */
export function isUsableAlternate(server: Endpoint, other: Endpoint): boolean {
  if (other.port === 0 || other.port === server.port || other.address === server.address) return false;
  if (familyOf(other.address) !== familyOf(server.address)) return false;
  return mayName(scopeOf(server.address), scopeOf(other.address));
}

/**
 * The other UDP port at which a server with one address may answer: the one that it names itself as OTHER-ADDRESS, or else
 * the one that its clients know of. Null where there is none.
 */
export function otherPortOf(
  { address, port }: Endpoint,
  { named, altPort }: { readonly named: Endpoint | null; readonly altPort: number | null },
): number | null {
  const other = named?.address === address && named.port !== 0 && named.port !== port ? named.port : altPort;
  return other === port ? null : other;
}
