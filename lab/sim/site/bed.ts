/** The bed of lab/conformance.ts in the simulated network: two hosts behind one NAT, and four public endpoints. */
import type { Endpoint } from '../../../src/endpoint.ts';
import { formatEndpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { type ConformanceBed, NEIGHBOUR_SOCKETS } from '../../conformance.ts';
import { createHost, type Host, type UdpSocket } from '../network/host.ts';
import type { Middlebox } from '../network/middlebox.ts';
import { createWorld, type World } from '../network/world.ts';
import { createSite } from './site.ts';

const PUBLIC_ADDRESSES = ['203.0.113.10', '203.0.113.11'] as const;
const PUBLIC_PORTS = [3478, 3479] as const;

const PUBLIC_SIDE: ConformanceBed['publicSide'] = {
  primary: { address: PUBLIC_ADDRESSES[0], port: PUBLIC_PORTS[0] },
  samePlaceOtherPort: { address: PUBLIC_ADDRESSES[0], port: PUBLIC_PORTS[1] },
  otherPlaceSamePort: { address: PUBLIC_ADDRESSES[1], port: PUBLIC_PORTS[0] },
  otherPlaceOtherPort: { address: PUBLIC_ADDRESSES[1], port: PUBLIC_PORTS[1] },
};

export interface BedOptions {
  readonly seed: number;
  /** How many public addresses the box has. */
  readonly poolSize: number;
  /** The box under test, which owns these public addresses. */
  readonly createBox: (
    world: World,
    addresses: readonly [string, ...string[]],
    insideAddresses: readonly string[],
  ) => Middlebox;
}

interface Seen {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export function createSimBed({ seed, poolSize, createBox }: BedOptions): ConformanceBed {
  const world = createWorld({ seed });
  const { clock } = world;
  const site = createSite(world, {
    name: 'nat',
    access: {
      kind: 'box',
      poolSize,
      createBox: ({ addresses, insideAddresses }) => createBox(world, addresses, insideAddresses),
    },
  });
  const clients = createClients({ client: site.addHost('client'), neighbour: site.addHost('neighbour') });
  const server = createPublicSide(world);

  return {
    publicSide: PUBLIC_SIDE,
    local: async (socket) => clients.socketOf(socket).local,
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

/** The host with the four public endpoints, and what has come to them. */
function createPublicSide(world: World): { readonly host: Host; readonly seen: Seen[] } {
  const host = createHost(world, { name: 'server', addresses: PUBLIC_ADDRESSES });
  const seen: Seen[] = [];
  for (const to of Object.values(PUBLIC_SIDE)) host.open((from) => seen.push({ from, to }), to);
  return { host, seen };
}

interface Clients {
  /** The socket of that name, opened when it is first asked for. */
  readonly socketOf: (name: string) => UdpSocket;
  /** From whom datagrams have come to that socket. */
  readonly sourcesAt: (name: string) => readonly Endpoint[];
  readonly forget: () => void;
}

/** The sockets of both hosts by name, and what has come to them. */
function createClients({ client, neighbour }: { readonly client: Host; readonly neighbour: Host }): Clients {
  const seen: Seen[] = [];
  const sockets = new Map<string, UdpSocket>();
  const socketOf = (name: string): UdpSocket => {
    const host = NEIGHBOUR_SOCKETS.includes(name) ? neighbour : client;
    const socket = sockets.get(name) ?? host.open((from) => seen.push({ from, to: socketOf(name).local }));
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
