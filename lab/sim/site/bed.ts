/** The bed of lab/conformance.ts in the simulated network: two hosts behind one NAT, and four public endpoints. */
import type { Endpoint } from '../../../src/endpoint.ts';
import { formatEndpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { type ConformanceBed, NEIGHBOUR_SOCKETS } from '../../conformance.ts';
import { createHost, type UdpSocket } from '../network/host.ts';
import type { Middlebox } from '../network/middlebox.ts';
import { addressPool, createRealm } from '../network/realm.ts';
import { connectRouter } from '../network/router.ts';
import { createWorld, type World } from '../network/world.ts';

const PUBLIC_ADDRESSES = ['203.0.113.10', '203.0.113.11'] as const;
const PUBLIC_PORTS = [3478, 3479] as const;

export interface BedOptions {
  readonly seed: number;
  /** How many public addresses the box has. */
  readonly poolSize: number;
  /** The box under test, which owns these public addresses. */
  readonly createBox: (world: World, addresses: readonly [string, ...string[]]) => Middlebox;
}

interface Seen {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

export function createSimBed({ seed, poolSize, createBox }: BedOptions): ConformanceBed {
  const world = createWorld({ seed });
  const { clock, internet } = world;
  const inside = createRealm('inside', addressPool('192.168.1', 10));
  const addresses = [internet.allocate(), ...Array.from({ length: poolSize - 1 }, internet.allocate)] as const;
  const box = createBox(world, addresses);
  const router = connectRouter(world, { name: 'nat', box, inner: inside, outer: internet });
  for (const address of addresses) router.announce(address);
  const client = createHost(world, { name: 'client', realm: inside });
  const neighbour = createHost(world, { name: 'neighbour', realm: inside });
  const server = createHost(world, { name: 'server', realm: internet, addresses: PUBLIC_ADDRESSES });

  const atServer: Seen[] = [];
  for (const address of PUBLIC_ADDRESSES) {
    for (const port of PUBLIC_PORTS) {
      const to = { address, port };
      server.open((from, bytes) => atServer.push({ from, to, bytes }), to);
    }
  }
  const atClients: Seen[] = [];
  const sockets = new Map<string, UdpSocket>();
  const socketOf = (name: string): UdpSocket => {
    const host = NEIGHBOUR_SOCKETS.includes(name) ? neighbour : client;
    const socket =
      sockets.get(name) ?? host.open((from, bytes) => atClients.push({ from, to: socketOf(name).local, bytes }));
    sockets.set(name, socket);
    return socket;
  };

  const seenAt = (socket: string): readonly Endpoint[] => {
    const { local } = socketOf(socket);
    return atClients.filter((seen) => sameEndpoint(seen.to, local)).map((seen) => seen.from);
  };

  return {
    publicSide: {
      primary: { address: PUBLIC_ADDRESSES[0], port: PUBLIC_PORTS[0] },
      samePlaceOtherPort: { address: PUBLIC_ADDRESSES[0], port: PUBLIC_PORTS[1] },
      otherPlaceSamePort: { address: PUBLIC_ADDRESSES[1], port: PUBLIC_PORTS[0] },
      otherPlaceOtherPort: { address: PUBLIC_ADDRESSES[1], port: PUBLIC_PORTS[1] },
    },
    outbound: async (socket, to) => {
      atServer.length = 0;
      socketOf(socket).send(to, Uint8Array.of(0));
      clock.runToIdle();
      return atServer.find((seen) => sameEndpoint(seen.to, to))?.from ?? null;
    },
    inbound: async (socket, { mapped, from, opened }) => {
      atClients.length = 0;
      for (const source of [...from, opened]) server.sendFrom(source, mapped, Uint8Array.of(0));
      clock.runToIdle();
      const arrived = seenAt(socket);
      if (!arrived.some((source) => sameEndpoint(source, opened))) {
        throw new Error(`nothing comes back from ${formatEndpoint(opened)}, which the client has sent to`);
      }
      return arrived.filter((source) => from.some((one) => sameEndpoint(one, source)));
    },
    // Here silence is known by itself: nothing is under way when the clock has run to idle.
    hairpin: async (socket, { at, mapped }) => {
      atClients.length = 0;
      socketOf(socket).send(mapped, Uint8Array.of(0));
      clock.runToIdle();
      return seenAt(at)[0] ?? null;
    },
  };
}
