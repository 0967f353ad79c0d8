/** The bed of lab/conformance.ts in the simulated network: two hosts behind one access, and four public endpoints. */
import { type Endpoint, type Family, formatEndpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { type ConformanceBed, NEIGHBOUR_SOCKETS, type PublicSide } from '../../conformance.ts';
import { addressOf, createHost, type Host, type UdpSocket } from '../network/host.ts';
import { createWorld, type World } from '../network/world.ts';
import { createSite, type SiteOptions } from './site.ts';

const PUBLIC_ADDRESSES: Readonly<Record<Family, readonly [string, string]>> = {
  IPv4: ['203.0.113.10', '203.0.113.11'],
  IPv6: ['2001:db8::10', '2001:db8::11'],
};
const [PORT, OTHER_PORT] = [3478, 3479];

export interface BedOptions {
  readonly seed: number;
  /** What is under test. */
  readonly access: SiteOptions['access'];
  /** Which family of it; default: IPv4. An access that has one family has this one. */
  readonly family?: Family;
}

interface Seen {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export function createSimBed({ seed, access, family = 'IPv4' }: BedOptions): ConformanceBed {
  const world = createWorld({ seed });
  const { clock } = world;
  const site = createSite(world, { name: 'nat', access, family });
  const clients = createClients(family, { client: site.addHost('client'), neighbour: site.addHost('neighbour') });
  const publicSide = publicSideOf(family);
  const server = createPublicSide(world, publicSide);

  return {
    publicSide,
    hasNeighbour: true,
    local: async (socket, port) => clients.socketOf(socket, port).local,
    outbound: async (socket, to) => {
      server.seen.length = 0;
      clients.socketOf(socket).send(to, Uint8Array.of(0));
      clock.runToIdle();
      return server.seen.find((seen) => sameEndpoint(seen.to, to))?.from ?? null;
    },
    inbound: async (socket, { mapped, from, opened, instead = { socket, mapped } }) => {
      clients.forget();
      for (const source of from) server.host.sendFrom(source, mapped, Uint8Array.of(0));
      server.host.sendFrom(opened, instead.mapped, Uint8Array.of(0));
      clock.runToIdle();
      if (!clients.sourcesAt(instead.socket).some((source) => sameEndpoint(source, opened))) {
        throw new Error(`nothing comes back from ${formatEndpoint(opened)}, which the client has sent to`);
      }
      return clients.sourcesAt(socket).filter((source) => from.some((one) => sameEndpoint(one, source)));
    },
    // Here silence is known by itself: nothing is under way when the clock has run to idle.
    hairpin: async (socket, { at, mapped }) => {
      clients.forget();
      clients.socketOf(socket).send(mapped, Uint8Array.of(0));
      clock.runToIdle();
      return clients.sourcesAt(at)[0] ?? null;
    },
  };
}

function publicSideOf(family: Family): PublicSide {
  const [address, other] = PUBLIC_ADDRESSES[family];
  return {
    primary: { address, port: PORT },
    samePlaceOtherPort: { address, port: OTHER_PORT },
    otherPlaceSamePort: { address: other, port: PORT },
    otherPlaceOtherPort: { address: other, port: OTHER_PORT },
  };
}

/** The host with the four public endpoints, and what has come to them. */
function createPublicSide(world: World, side: PublicSide): { readonly host: Host; readonly seen: Seen[] } {
  const addresses = [side.primary.address, side.otherPlaceSamePort.address] as const;
  const host = createHost(world, { name: 'server', addresses });
  const seen: Seen[] = [];
  for (const to of Object.values(side) as readonly Endpoint[]) host.open((from) => seen.push({ from, to }), to);
  return { host, seen };
}

interface Clients {
  /** The socket of that name, opened when it is first asked for, at that port if one is named. */
  readonly socketOf: (name: string, port?: number) => UdpSocket;
  /** From whom datagrams have come to that socket. */
  readonly sourcesAt: (name: string) => readonly Endpoint[];
  readonly forget: () => void;
}

/** The sockets of both hosts by name, and what has come to them. */
function createClients(
  family: Family,
  { client, neighbour }: { readonly client: Host; readonly neighbour: Host },
): Clients {
  const seen: Seen[] = [];
  const sockets = new Map<string, UdpSocket>();
  const socketOf = (name: string, port?: number): UdpSocket => {
    const host = NEIGHBOUR_SOCKETS.includes(name) ? neighbour : client;
    const address = addressOf(host, family);
    const receive = (from: Endpoint): unknown => seen.push({ from, to: socketOf(name).local });
    const socket = sockets.get(name) ?? host.open(receive, { address, ...(port !== undefined && { port }) });
    sockets.set(name, socket);
    return socket;
  };
  return {
    socketOf,
    sourcesAt: (name) => {
      const { local } = socketOf(name);
      return seen.filter(({ to }) => sameEndpoint(to, local)).map(({ from }) => from);
    },
    forget: () => {
      seen.length = 0;
    },
  };
}
