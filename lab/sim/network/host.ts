/** A host of the simulated network: addresses in one realm, UDP sockets, and TCP enough to knock. */
import { type Endpoint, familyOf, formatEndpoint } from '../../../src/endpoint.ts';
import { type Link, PERFECT_LINK } from './link.ts';
import type { Packet, Receive } from './packet.ts';
import type { Random } from './random.ts';
import type { Realm } from './realm.ts';
import { createTcp, type Tcp } from './tcp.ts';
import { createLine, forward, type World } from './world.ts';

/** The dynamic ports (RFC 6335 §6). */
const FIRST_DYNAMIC_PORT = 49_152;
const DYNAMIC_PORT_COUNT = 16_384;

export interface HostOptions {
  /** Unique in the world. */
  readonly name: string;
  readonly realm: Realm;
  /** Default: the realm's next one. */
  readonly addresses?: readonly [string, ...string[]];
  /** Default: perfect, but never instantaneous in the sense of a call: every packet is an event of its own. */
  readonly link?: Link;
  /** A host that is down takes its packets and does nothing. */
  readonly state?: 'up' | 'down';
}

export interface UdpSocket {
  readonly local: Endpoint;
  /** Null, or the system's code when it will not send. Without a TTL it gets as far as it has to. */
  readonly send: (to: Endpoint, bytes: Uint8Array, options?: { readonly ttl?: number }) => 'ENETUNREACH' | null;
  readonly close: () => void;
}

export interface Host {
  readonly name: string;
  readonly addresses: readonly [string, ...string[]];
  readonly random: Random;
  /** Opens a UDP socket on the first address and a free dynamic port unless told otherwise. @throws Error when taken. */
  readonly open: (
    receive: (from: Endpoint, bytes: Uint8Array) => void,
    local?: { readonly address?: string; readonly port?: number },
  ) => UdpSocket;
  /** Sends a datagram from any endpoint, with a socket there or not. */
  readonly sendFrom: (from: Endpoint, to: Endpoint, bytes: Uint8Array) => void;
  readonly listen: Tcp['listen'];
  readonly connect: (to: Endpoint, settled: (outcome: 'accepted' | 'failed') => void) => void;
}

export function createHost(world: World, options: HostOptions): Host {
  const { clock, trace } = world;
  const { name, realm, link = PERFECT_LINK, state = 'up' } = options;
  const addresses = options.addresses ?? [realm.allocate()];
  const random = world.random.fork(`host ${name}`);
  const ports = random.fork('ports');
  const sockets = new Map<string, (from: Endpoint, bytes: Uint8Array) => void>();
  const up = createLine(world, { name: `${name} up`, conditions: link.up });
  const down = createLine(world, { name: `${name} down`, conditions: link.down });

  const onward: Receive = (packet) => forward(world, { realm, place: name, packet });
  const send: Receive = (packet) => {
    trace?.({ at: clock.now(), place: name, packet, event: 'sent' });
    up(packet, onward);
  };
  const tcp = createTcp({ clock, send });

  const taker = (packet: Packet): (() => void) | null => {
    if (packet.protocol === 'tcp') return () => tcp.receive(packet);
    const receive = sockets.get(formatEndpoint(packet.to));
    return receive ? () => receive(packet.from, packet.bytes) : null;
  };
  const deliver = (packet: Packet): void => {
    const entry = { at: clock.now(), place: name, packet };
    const take = state === 'up' ? taker(packet) : null;
    if (take) {
      trace?.({ ...entry, event: 'delivered' });
      take();
    } else {
      trace?.({ ...entry, event: 'dropped', why: state === 'up' ? 'no-socket' : 'host-down' });
    }
  };
  for (const address of addresses) realm.attach(address, (packet) => down(packet, deliver));

  const dynamicPort = (address: string): number => {
    const start = ports.integer(DYNAMIC_PORT_COUNT);
    for (let step = 0; step < DYNAMIC_PORT_COUNT; step++) {
      const port = FIRST_DYNAMIC_PORT + ((start + step) % DYNAMIC_PORT_COUNT);
      if (!sockets.has(formatEndpoint({ address, port }))) return port;
    }
    throw new Error(`EADDRINUSE: no dynamic port is free on ${address}`);
  };

  return {
    name,
    addresses,
    random,
    sendFrom: (from, to, bytes) => send({ protocol: 'udp', from, to, bytes }),
    open: (receive, { address = addresses[0], port = dynamicPort(address) } = {}) => {
      const local = { address, port };
      const key = formatEndpoint(local);
      if (sockets.has(key)) throw new Error(`EADDRINUSE: ${key} on ${name}`);
      sockets.set(key, receive);
      return {
        local,
        send: (to, bytes, { ttl } = {}) => {
          if (familyOf(to.address) !== familyOf(address)) return 'ENETUNREACH';
          send({ protocol: 'udp', from: local, to, bytes, ...(ttl !== undefined && { ttl }) });
          return null;
        },
        close: () => void sockets.delete(key),
      };
    },
    listen: tcp.listen,
    connect: (to, settled) => {
      // TCP has a port space of its own; taken here from the same range, since only its uniqueness matters.
      tcp.connect({ from: { address: addresses[0], port: dynamicPort(addresses[0]) }, to, settled });
    },
  };
}
