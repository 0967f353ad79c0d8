/** The UDP sockets of one host: which endpoints are open, and who takes what comes to them. */
import { type Endpoint, familyOf, formatEndpoint } from '../../../src/endpoint.ts';
import { requireNumber } from './misuse.ts';
import type { UdpPacket } from './packet.ts';
import type { Random } from './random.ts';

/** The dynamic ports (RFC 6335 §6). */
const FIRST_DYNAMIC_PORT = 49_152;
const DYNAMIC_PORT_COUNT = 16_384;
const LAST_PORT = 65_535;

export interface UdpSocket {
  readonly local: Endpoint;
  /**
   * Sends a copy of the bytes, and returns null, or the system's code when it will not send. `ttl` is how many hops the
   * datagram has; without one it gets as far as it has to.
   * @throws RangeError when the TTL is not from 1 to 255. @throws Error when the socket is closed.
   */
  readonly send: (to: Endpoint, bytes: Uint8Array, options?: { readonly ttl?: number }) => 'ENETUNREACH' | null;
  /** Frees the port; what comes to it from then on is dropped. */
  readonly close: () => void;
}

/** Takes a datagram with the source that it shows. */
export type ReceiveDatagram = (from: Endpoint, bytes: Uint8Array) => void;

/** Where a socket is to be; default: the host's first address, and a free dynamic port. */
export interface LocalEndpoint {
  readonly address?: string | undefined;
  readonly port?: number;
}

export interface Udp {
  readonly open: (receive: ReceiveDatagram, local?: LocalEndpoint) => UdpSocket;
  /** Who takes datagrams to that endpoint of the host. */
  readonly receiverOf: (local: Endpoint) => ReceiveDatagram | undefined;
  /** Draws a dynamic port that no socket has. */
  readonly dynamicPort: (address: string) => number;
}

export interface UdpOptions {
  /** The host's name, for errors. */
  readonly name: string;
  readonly addresses: readonly [string, ...string[]];
  /** Draws the dynamic ports. */
  readonly random: Random;
  readonly send: (packet: UdpPacket) => void;
}

export function createUdp({ name, addresses, random, send }: UdpOptions): Udp {
  const receivers = new Map<string, ReceiveDatagram>();

  const dynamicPort = (address: string): number => {
    const start = random.integer(DYNAMIC_PORT_COUNT);
    for (let step = 0; step < DYNAMIC_PORT_COUNT; step++) {
      const port = FIRST_DYNAMIC_PORT + ((start + step) % DYNAMIC_PORT_COUNT);
      if (!receivers.has(formatEndpoint({ address, port }))) return port;
    }
    throw new RangeError(`EADDRINUSE: no dynamic port is free on ${address}`);
  };

  const open: Udp['open'] = (receive, { address = addresses[0], port = dynamicPort(address) } = {}) => {
    if (!addresses.includes(address)) {
      throw new RangeError(`${address} is no address of ${name}; it has ${addresses.join(', ')}`);
    }
    requireNumber('port', port, { min: 1, max: LAST_PORT, isInteger: true });
    const local = { address, port };
    const key = formatEndpoint(local);
    if (receivers.has(key)) throw new RangeError(`EADDRINUSE: ${key} on ${name}`);
    receivers.set(key, receive);
    let isOpen = true;
    return {
      local,
      send: (to, bytes, { ttl } = {}) => {
        if (!isOpen) throw new Error(`the socket ${key} on ${name} is closed`);
        if (ttl !== undefined) requireNumber('ttl', ttl, { min: 1, max: 255, isInteger: true });
        if (familyOf(to.address) !== familyOf(address)) return 'ENETUNREACH';
        send({ ...datagram(local, to, bytes), ...(ttl !== undefined && { ttl }) });
        return null;
      },
      close: () => {
        if (isOpen) receivers.delete(key);
        isOpen = false;
      },
    };
  };

  return { open, dynamicPort, receiverOf: (local) => receivers.get(formatEndpoint(local)) };
}

/** A packet with its bytes copied, so that the sender may use its buffer again. @throws TypeError when they are no bytes. */
export function datagram(from: Endpoint, to: Endpoint, bytes: Uint8Array): UdpPacket {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('a datagram must be a Uint8Array');
  return { protocol: 'udp', from, to, bytes: new Uint8Array(bytes) };
}
