/** A packet as a router has seen it on one of its links. */
import type { Endpoint } from '../../../src/endpoint.ts';

export interface Packet {
  /** In milliseconds since 1970, by the router's clock. */
  readonly at: number;
  /** The number of the interface. */
  readonly link: number;
  /** Of the interface: `in` has come by it, `out` leaves by it. */
  readonly direction: 'in' | 'out';
  readonly protocol: Protocol;
  /** With port 0 where there are no ports. */
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** The TTL, or hop limit. */
  readonly hops: number;
  /** Of the whole IP packet. */
  readonly bytes: number;
  /** Of what UDP or TCP carry; of all after the IP header for others. */
  readonly payloadBytes: number;
  /** What was captured of that: its beginning. */
  readonly payload: Uint8Array;
  /** What tells it from a packet with the same payload, and is the same on both sides of a NAT. */
  readonly mark: string;
  /** Of TCP (RFC 9293 §3.1); 0 for others. */
  readonly tcpFlags: number;
  /** Of ICMP; null for others. */
  readonly icmpType: number | null;
}

export type Protocol = 'udp' | 'tcp' | 'icmp' | 'other';

export const TCP_FLAGS = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 } as const;
