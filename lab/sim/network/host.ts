/** A host of the simulated network: addresses in one realm, UDP sockets, and TCP enough to knock. */
import { type Endpoint, type Family, familyOf } from '../../../src/endpoint.ts';
import { type Link, PERFECT_LINK } from './link.ts';
import { requireAddress } from './misuse.ts';
import type { Packet, Receive } from './packet.ts';
import type { Random } from './random.ts';
import type { Realm } from './realm.ts';
import { createTcp, type Tcp } from './tcp.ts';
import { createUdp, datagram, type LocalEndpoint, type ReceiveDatagram, type UdpSocket } from './udp.ts';
import { connectLink, forward, type World } from './world.ts';

export type { UdpSocket };

export interface HostOptions {
  /** Unique in the world. */
  readonly name: string;
  /** Default: the public network. */
  readonly realm?: Realm;
  /** Default: the realm's next one. */
  readonly addresses?: readonly [string, ...string[]];
  /** Default: perfect. Even then no packet arrives within the call that sends it: each is an event of the clock. */
  readonly link?: Link;
  /** A host that is down takes its packets and does nothing; default: up. */
  readonly state?: 'up' | 'down';
}

export interface Host {
  readonly name: string;
  readonly addresses: readonly [string, ...string[]];
  /** Chance for what runs on the host; it follows from the world's seed and the host's name. */
  readonly random: Random;
  /**
   * Opens a UDP socket; `receive` gets what comes to it.
   * @throws RangeError when the host has not that address, the port is not from 1 to 65535, or it is taken.
   */
  readonly open: (receive: ReceiveDatagram, local?: LocalEndpoint) => UdpSocket;
  /** Sends a datagram from any endpoint, with a socket there or not, also from one that is not the host's. */
  readonly sendFrom: (from: Endpoint, to: Endpoint, bytes: Uint8Array) => void;
  /** Accepts TCP connections on that port of every address. */
  readonly listen: Tcp['listen'];
  /**
   * Tries to open a TCP connection, from the first address of the family of `to`; `settled` hears once whether that has
   * worked, which it never does where there is no such address.
   */
  readonly connect: (to: Endpoint, settled: (outcome: 'accepted' | 'failed') => void) => void;
  /** From now on, what enters the host's link is dropped, in both directions; what is under way still arrives. */
  readonly cutLink: () => void;
  readonly restoreLink: () => void;
}

/** Puts a host into a network. @throws RangeError when its name or an address is taken, or an address is none. */
export function createHost(world: World, options: HostOptions): Host {
  const { clock, trace } = world;
  const { name, realm = world.internet, link = PERFECT_LINK, state = 'up' } = options;
  world.takeName(name);
  const addresses = options.addresses ?? [realm.allocate()];
  for (const address of addresses) requireAddress('address', address);
  const random = world.random.fork(`host ${name}`);
  const connected = connectLink(world, { name, link });

  const onward: Receive = (packet) => forward(world, { realm, place: name, packet });
  const send: Receive = (packet) => {
    trace?.({ at: clock.now(), place: name, packet, event: 'sent' });
    connected.up(packet, onward);
  };
  const tcp = createTcp({ clock, send });
  const udp = createUdp({ name, addresses, random: random.fork('ports'), send });
  const deliver = createDelivery(world, { name, state, tcp, receiverOf: udp.receiverOf });
  for (const address of addresses) realm.attach(address, (packet) => connected.down(packet, deliver));

  return {
    name,
    addresses,
    random,
    open: udp.open,
    sendFrom: (from, to, bytes) => send(datagram(from, to, bytes)),
    listen: tcp.listen,
    connect: (to, settled) => {
      const address = addressOf({ addresses }, familyOf(to.address));
      // TCP has its own port space; the port is taken from the same range here, since only its uniqueness matters.
      if (address) tcp.connect({ from: { address, port: udp.dynamicPort(address) }, to, settled });
      else clock.schedule(clock.now(), () => settled('failed'));
    },
    cutLink: connected.cut,
    restoreLink: connected.restore,
  };
}

/** The host's first address of that family. */
export function addressOf({ addresses }: Pick<Host, 'addresses'>, family: Family): string | undefined {
  return addresses.find((address) => familyOf(address) === family);
}

interface DeliveryOptions {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly tcp: Tcp;
  readonly receiverOf: (local: Endpoint) => ReceiveDatagram | undefined;
}

/** Gives each packet that has come to the host to whom it is for, or drops it. */
function createDelivery({ clock, trace }: World, { name, state, tcp, receiverOf }: DeliveryOptions): Receive {
  const takerOf = (packet: Packet): (() => void) | null => {
    if (packet.protocol === 'tcp') return () => tcp.receive(packet);
    const receive = receiverOf(packet.to);
    return receive ? () => receive(packet.from, packet.bytes) : null;
  };
  return (packet) => {
    const entry = { at: clock.now(), place: name, packet };
    const take = state === 'up' ? takerOf(packet) : null;
    if (take) {
      trace?.({ ...entry, event: 'delivered' });
      take();
    } else {
      trace?.({ ...entry, event: 'dropped', why: state === 'up' ? 'no-socket' : 'host-down' });
    }
  };
}
