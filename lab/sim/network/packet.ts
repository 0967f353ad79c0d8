/** What travels in the simulated network: UDP datagrams, and of TCP as much as it takes to open a connection. */
import type { Endpoint } from '../../../src/endpoint.ts';

export type Packet = UdpPacket | TcpPacket;

export interface UdpPacket {
  readonly protocol: 'udp';
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
  /** How many hops it has left (RFC 791 §3.2); without a TTL, as many as it takes. */
  readonly ttl?: number;
}

export interface TcpPacket {
  readonly protocol: 'tcp';
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** RFC 9293 §3.5; `rst` answers a SYN to a port where nobody listens. */
  readonly segment: 'syn' | 'syn-ack' | 'rst';
}

/** The packet after that many hops more; null when it has not that many left. */
export function afterHops(packet: Packet, hops: number): Packet | null {
  if (packet.protocol === 'tcp' || packet.ttl === undefined || hops === 0) return packet;
  const ttl = packet.ttl - hops;
  return ttl > 0 ? { ...packet, ttl } : null;
}

/** Takes a packet over; what becomes of it then is up to the taker. */
export type Receive = (packet: Packet) => void;

export type DropReason =
  /** Lost on a link. */
  | 'loss'
  /** The link is cut. */
  | 'link-down'
  /** Its hops are used up. */
  | 'ttl'
  /** No host or router has the destination address, and no gateway leads on. */
  | 'no-route'
  /** The public port has no live mapping. */
  | 'no-mapping'
  /** A mapping, but this remote is not let in (RFC 4787 §5). */
  | 'filtered'
  /** From an inside host to a public endpoint of its NAT, which does not hairpin (RFC 4787 §6). */
  | 'no-hairpin'
  /** Every public port is in use. */
  | 'no-free-port'
  | 'udp-blocked'
  /** A route that was announced leads nowhere. */
  | 'black-hole'
  /** The host has no socket there. */
  | 'no-socket'
  | 'host-down';
