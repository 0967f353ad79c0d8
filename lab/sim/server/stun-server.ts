/** A STUN server in the simulated network: natcheck's responder on its sockets, and a TCP port that answers. */
import { endpointsOf, type Layout } from '../../../server/stun/decisions/layout.ts';
import { type Answer, type ReceivedDatagram, respond } from '../../../server/stun/decisions/responder.ts';
import { type Endpoint, familyOf } from '../../../src/endpoint.ts';
import { createHost, type Host } from '../network/host.ts';
import type { Link } from '../network/link.ts';
import type { World } from '../network/world.ts';

/** Decides on one datagram, like server/stun/decisions/responder.ts. */
export type Respond = (now: number, layout: Layout, arrival: ReceivedDatagram) => Answer;

/** Two addresses of TEST-NET-3 (RFC 5737), the port of STUN (RFC 8489 §18.6), and the port after it. */
export const LAB_LAYOUT: Layout = {
  addresses: ['203.0.113.10', '203.0.113.11'],
  port: 3478,
  altPort: 3479,
};
/** The same in IPv6, at two addresses of 2001:db8::/32 (RFC 3849). */
export const LAB_LAYOUT_IPV6: Layout = { ...LAB_LAYOUT, addresses: ['2001:db8::10', '2001:db8::11'] };
export const LAB_HTTP_PORT = 3480;

export interface StunServerOptions {
  /** Default: LAB_LAYOUT. */
  readonly layout?: Layout;
  /** Its sockets in IPv6 besides, such as LAB_LAYOUT_IPV6: a server of their own, on the same host. Default: none. */
  readonly ipv6?: Layout;
  readonly httpPort?: number;
  readonly link?: Link;
  /** Default: natcheck's; lab/sim/server/server-fault.ts has others. */
  readonly respond?: Respond;
  /** A server that is down answers neither over UDP nor over TCP. */
  readonly state?: 'up' | 'down';
}

/**
 * Puts a STUN server into the public network; each reply leaves from the endpoint that the responder names.
 * @throws RangeError when the addresses of a layout are of two families.
 */
export function addStunServer(world: World, options: StunServerOptions = {}): Host {
  const {
    layout = LAB_LAYOUT,
    ipv6,
    httpPort = LAB_HTTP_PORT,
    link,
    respond: decide = respond,
    state = 'up',
  } = options;
  const [address, ...others] = [...layout.addresses, ...(ipv6?.addresses ?? [])] as [string, ...string[]];
  const host = createHost(world, {
    name: `server ${address}`,
    realm: world.internet,
    addresses: [address, ...others],
    state,
    ...(link && { link }),
  });
  openLayout(world, { host, layout, decide });
  if (ipv6) openLayout(world, { host, layout: ipv6, decide });
  host.listen(httpPort);
  return host;
}

function openLayout(
  world: World,
  { host, layout, decide }: { readonly host: Host; readonly layout: Layout; readonly decide: Respond },
): void {
  if (new Set(layout.addresses.map(familyOf)).size > 1) {
    throw new RangeError(`addresses are ${layout.addresses.join(' and ')}; those of a layout must be of one family`);
  }
  for (const local of endpointsOf(layout)) {
    const answer = (remote: Endpoint, datagram: Uint8Array): void => {
      const decision = decide(world.clock.now(), layout, { datagram, local, remote });
      if (decision.kind === 'reply') host.sendFrom(decision.from, decision.to, decision.bytes);
    };
    host.open(answer, local);
  }
}
