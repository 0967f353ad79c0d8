/**
 * The sockets that the server has in one address family, and the choice of the one that a reply leaves from (RFC 5780
 * §6).
 */
import type { Endpoint } from '../../../src/endpoint.ts';

/** The sockets of one family: every address with both ports. */
export interface Layout {
  readonly port: number;
  readonly altPort: number;
  /** The primary address first; IPv6 is written as RFC 5952 has it. Behaviour tests need two. */
  readonly addresses: readonly [string] | readonly [string, string];
  /** Goes as SOFTWARE into every success reply that it makes no longer than the request. */
  readonly software?: string;
  /** Where there is one address: the server that answers from another one, with the same two ports. */
  readonly partner?: {
    readonly address: string;
    /** Whether it is known to answer now: only then are behaviour tests on offer. */
    readonly isUp: boolean;
  };
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

/** Whether it is an endpoint of this server, or of its partner. */
export function isOwn({ port, altPort, addresses, partner }: Layout, endpoint: Endpoint): boolean {
  if (endpoint.port !== port && endpoint.port !== altPort) return false;
  return endpoint.address === partner?.address || addresses.some((own) => own === endpoint.address);
}

export function hasAlternate({ addresses, partner }: Layout): boolean {
  return addresses.length === 2 || partner?.isUp === true;
}

/**
 * The endpoint that a reply leaves from: the one that the request came to, with address or port changed (RFC 5780 §6.1,
 * table 1).
 * @throws RangeError when `local` is not in the layout, or there is no other address to change to.
 */
export function departure(layout: Layout, local: Endpoint, { ip, port }: Change): Endpoint {
  if (!isOwn(layout, local)) throw new RangeError(`${local.address}:${local.port} is not a socket of this server`);
  const { addresses, partner } = layout;
  const address = ip ? (addresses.find((one) => one !== local.address) ?? partner?.address) : local.address;
  if (address === undefined) throw new RangeError('a server with one address cannot change it');
  const otherPort = local.port === layout.port ? layout.altPort : layout.port;
  return { address, port: port ? otherPort : local.port };
}
