/** A packet of a capture on all interfaces (LINUX_SLL2), read down to its payload. What is none, or for others, is null. */
import ipaddr from 'ipaddr.js';
import { withoutNat64 } from './nat64.ts';
import type { Packet, Protocol } from './packet.ts';
import type { PcapRecord } from './pcap.ts';
import { type IpHeader, readTransport } from './transport.ts';

/*
 * SLL2, in network order:
 *   0           2          4               8        10     11     12                20
 *   +-----------+----------+---------------+--------+------+------+------- … -------+
 *   | ethertype | reserved | interface     | ARPHRD | type | len  | link address    |
 *   +-----------+----------+---------------+--------+------+------+------- … -------+
 */
const SLL2_BYTES = 20;
const TYPE_TO_OTHERS = 3;
const TYPE_OUTGOING = 4;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const IPV4_BYTES_MIN = 20;
const IPV6_BYTES = 40;
/** Hop-by-hop, routing, fragment, destination options (RFC 8200 §4): those that may stand between IPv6 and what it carries. */
const IPV6_EXTENSIONS = new Set([0, 43, 44, 60]);
const IPV6_FRAGMENT = 44;
/** More than any sender has use for. */
const EXTENSIONS_MAX = 8;

const PROTOCOLS: Readonly<Record<number, Protocol>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp' };

export function readPacket({ at, bytes }: PcapRecord): Packet | null {
  if (bytes.length < SLL2_BYTES || bytes[10] === TYPE_TO_OTHERS) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ip = readIp(view.getUint16(0), bytes.subarray(SLL2_BYTES));
  if (ip === null) return null;
  const carried = readTransport(ip);
  return {
    at,
    link: view.getUint32(4),
    direction: bytes[10] === TYPE_OUTGOING ? 'out' : 'in',
    protocol: ip.protocol,
    hops: ip.hops,
    bytes: ip.bytes,
    ...carried,
  };
}

function readIp(ethertype: number, bytes: Uint8Array): IpHeader | null {
  if (ethertype === ETHERTYPE_IPV4) return readIpv4(bytes);
  if (ethertype === ETHERTYPE_IPV6) return readIpv6(bytes);
  return null;
}

/** RFC 791 §3.1. */
function readIpv4(bytes: Uint8Array): IpHeader | null {
  if (bytes.length < IPV4_BYTES_MIN) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = (view.getUint8(0) & 0x0f) * 4;
  const total = view.getUint16(2);
  if (view.getUint8(0) >> 4 !== 4 || headerBytes < IPV4_BYTES_MIN || total < headerBytes) return null;
  return {
    source: addressOf(bytes.subarray(12, 16)),
    destination: addressOf(bytes.subarray(16, 20)),
    hops: view.getUint8(8),
    bytes: total,
    protocol: PROTOCOLS[view.getUint8(9)] ?? 'other',
    bodyBytes: total - headerBytes,
    body: bytes.subarray(headerBytes, total),
    id: view.getUint16(4),
    isLaterFragment: (view.getUint16(6) & 0x1fff) !== 0,
  };
}

/** RFC 8200 §3, and the extensions of §4. */
function readIpv6(bytes: Uint8Array): IpHeader | null {
  if (bytes.length < IPV6_BYTES || (bytes[0] ?? 0) >> 4 !== 6) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const total = IPV6_BYTES + view.getUint16(4);
  let [next, at, id, isLaterFragment] = [view.getUint8(6), IPV6_BYTES, 0, false];
  for (let count = 0; IPV6_EXTENSIONS.has(next) && count < EXTENSIONS_MAX && at + 8 <= bytes.length; count++) {
    const isFragment = next === IPV6_FRAGMENT;
    if (isFragment) {
      id = view.getUint32(at + 4);
      isLaterFragment = view.getUint16(at + 2) >> 3 !== 0;
    }
    const length = isFragment ? 8 : (view.getUint8(at + 1) + 1) * 8;
    next = view.getUint8(at);
    at += length;
  }
  return {
    source: addressOf(bytes.subarray(8, 24)),
    destination: addressOf(bytes.subarray(24, 40)),
    hops: view.getUint8(7),
    bytes: total,
    protocol: PROTOCOLS[next] ?? 'other',
    bodyBytes: Math.max(0, total - at),
    body: bytes.subarray(at, total),
    id,
    isLaterFragment,
  };
}

/** As `canonicalAddress` writes it; an IPv4 host behind NAT64 by its own address, as it is on the other side of that. */
function addressOf(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join('.') : withoutNat64(new ipaddr.IPv6([...bytes]).toRFC5952String());
}
