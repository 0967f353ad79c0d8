/** Which sockets the server has in one address family, and from which of them a reply leaves (RFC 5780 §6). */
import type { Endpoint } from '../../../src/endpoint.ts';

/** The sockets of one family: every address with both ports. */
export interface Layout {
  readonly port: number;
  readonly altPort: number;
  /** The primary address first, as RFC 5952 writes it where it is IPv6. Two of them, or no behaviour tests. */
  readonly addresses: readonly [string] | readonly [string, string];
  /** Goes as SOFTWARE into every success reply that is no longer for it than its request. */
  readonly software?: string;
}

export interface Change {
  readonly ip: boolean;
  readonly port: boolean;
}

export const NO_CHANGE: Change = { ip: false, port: false };

/** Every endpoint of the layout, the primary one first. */
export function endpointsOf({ addresses, port, altPort }: Layout): readonly Endpoint[] {
  return addresses.flatMap((address) => [
    { address, port },
    { address, port: altPort },
  ]);
}

export function isOwn(layout: Layout, { address, port }: Endpoint): boolean {
  return (port === layout.port || port === layout.altPort) && layout.addresses.some((own) => own === address);
}

export function hasAlternate({ addresses }: Layout): boolean {
  return addresses.length === 2;
}

/**
 * The endpoint from which a reply leaves: the socket it came to, with the address or port changed (RFC 5780 §6.1, table 1).
 * @throws RangeError when `local` is not of the layout, or has no other address to change to.
 */
export function departure(layout: Layout, local: Endpoint, { ip, port }: Change): Endpoint {
  if (!isOwn(layout, local)) throw new RangeError(`${local.address}:${local.port} is no socket of this server`);
  const address = ip ? layout.addresses.find((one) => one !== local.address) : local.address;
  if (address === undefined) throw new RangeError('a server with one address cannot change it');
  const otherPort = local.port === layout.port ? layout.altPort : layout.port;
  return { address, port: port ? otherPort : local.port };
}
