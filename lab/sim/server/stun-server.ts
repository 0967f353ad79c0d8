/** A STUN server in the simulated network: natcheck's responder on its sockets, and a TCP port that answers. */
import { endpointsOf, type Layout } from '../../../server/stun/decisions/layout.ts';
import { type Answer, type ReceivedDatagram, respond } from '../../../server/stun/decisions/responder.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
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
export const LAB_HTTP_PORT = 3480;

export interface StunServerOptions {
  /** Default: LAB_LAYOUT. */
  readonly layout?: Layout;
  readonly httpPort?: number;
  readonly link?: Link;
  /** Default: natcheck's; lab/sim/server/server-fault.ts has others. */
  readonly respond?: Respond;
  /** A server that is down answers neither over UDP nor over TCP. */
  readonly state?: 'up' | 'down';
}

/** Puts a STUN server into the public network; each reply leaves from the endpoint that the responder names. */
export function addStunServer(world: World, options: StunServerOptions = {}): Host {
  const { layout = LAB_LAYOUT, httpPort = LAB_HTTP_PORT, link, respond: decide = respond, state = 'up' } = options;
  const [address] = layout.addresses;
  const host = createHost(world, {
    name: `server ${address}`,
    realm: world.internet,
    addresses: layout.addresses as readonly [string, ...string[]],
    state,
    ...(link && { link }),
  });
  for (const local of endpointsOf(layout)) {
    const answer = (remote: Endpoint, datagram: Uint8Array): void => {
      const decision = decide(world.clock.now(), layout, { datagram, local, remote });
      if (decision.kind === 'reply') host.sendFrom(decision.from, decision.to, decision.bytes);
    };
    host.open(answer, local);
  }
  host.listen(httpPort);
  return host;
}
