/** What a packet is, as far as its first bytes tell: a protocol, never a word of what it carries. */
import { MAGIC_COOKIE } from '../../../src/stun/header.ts';
import { type Packet, TCP_FLAGS } from './packet.ts';

const STUN_HEADER_BYTES = 20;
const [METHOD_BINDING, METHOD_SEND, METHOD_DATA] = [1, 6, 7];
/** RFC 8656 §18.4. */
const ATTRIBUTE_DATA = 0x0013;
/** RFC 8489 §5, RFC 8656 §17. */
const METHODS: Readonly<Record<number, string>> = {
  1: 'STUN Binding',
  3: 'TURN Allocate',
  4: 'TURN Refresh',
  6: 'TURN Send',
  7: 'TURN Data',
  8: 'TURN CreatePermission',
  9: 'TURN ChannelBind',
};
const CLASSES = ['request', 'indication', 'success response', 'error response'] as const;
/** RFC 9147 §4: content types from 20, of DTLS 1.0 and 1.2. */
const TLS_CONTENT: Readonly<Record<number, string>> = {
  20: 'change of cipher',
  21: 'alert',
  22: 'handshake',
  23: 'data',
};
/** Types of ICMP (RFC 792) and of ICMPv6 (RFC 4443). */
const ICMP_TYPES: Readonly<Record<number, string>> = {
  0: 'ICMP echo reply',
  1: 'ICMPv6 unreachable',
  3: 'ICMP unreachable',
  8: 'ICMP echo request',
  11: 'ICMP time exceeded',
  128: 'ICMPv6 echo request',
  129: 'ICMPv6 echo reply',
};
/** Of its messages of a fixed size, by type: initiation, response, cookie (WireGuard whitepaper §5.4). */
const WIREGUARD_BYTES: Readonly<Record<number, number>> = { 1: 148, 2: 92, 3: 64 };
const DNS_PORT = 53;

export function packetWords(packet: Packet): string {
  switch (packet.protocol) {
    case 'udp':
      return udpWords(packet);
    case 'tcp':
      return tcpWords(packet);
    case 'icmp':
      return ICMP_TYPES[packet.icmpType ?? -1] ?? 'ICMP';
    case 'other':
      return 'IP';
  }
}

/** Whether it is a Binding of STUN, by which paths are found and kept alive, also within what a relay is to pass on. */
export function isBinding(packet: Packet): boolean {
  const { payload } = packet;
  const inner = isChannelData(packet) ? payload.subarray(4) : isIndication(payload) ? dataOf(payload) : payload;
  return isStun(inner) && methodOf(inner) === METHOD_BINDING;
}

/** A Send or Data indication (RFC 8656 §11). */
function isIndication(payload: Uint8Array): boolean {
  return isStun(payload) && (methodOf(payload) === METHOD_SEND || methodOf(payload) === METHOD_DATA);
}

/** The value of its attribute DATA; empty without. */
function dataOf(payload: Uint8Array): Uint8Array {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let at = STUN_HEADER_BYTES; at + 4 <= payload.length; ) {
    const length = view.getUint16(at + 2);
    if (view.getUint16(at) === ATTRIBUTE_DATA) return payload.subarray(at + 4, at + 4 + length);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return new Uint8Array();
}

function udpWords(packet: Packet): string {
  const { payload, payloadBytes, source, destination } = packet;
  if (isStun(payload)) {
    const [high = 0, low = 0] = payload;
    const kind = CLASSES[((high & 1) << 1) | ((low >> 4) & 1)];
    return `${METHODS[methodOf(payload)] ?? 'STUN'} ${kind}`;
  }
  const [first = 0, second, third, fourth] = payload;
  if (isChannelData(packet)) return `TURN channel data${isBinding(packet) ? ': STUN Binding' : ''}`;
  if (TLS_CONTENT[first] && second === 0xfe && (third === 0xfd || third === 0xff)) return `DTLS ${TLS_CONTENT[first]}`;
  const isWireguard = WIREGUARD_BYTES[first] === payloadBytes && second === 0 && third === 0 && fourth === 0;
  if (isWireguard) return 'WireGuard handshake';
  if (source.port === DNS_PORT || destination.port === DNS_PORT) return 'DNS';
  // The long header of version 1 (RFC 9000 §17.2).
  if (first >> 6 === 3 && second === 0 && third === 0 && fourth === 0 && payload[4] === 1) return 'QUIC handshake';
  return 'UDP';
}

function tcpWords({ payload, tcpFlags, payloadBytes }: Packet): string {
  if (tcpFlags & TCP_FLAGS.rst) return 'TCP RST';
  if (tcpFlags & TCP_FLAGS.syn) return tcpFlags & TCP_FLAGS.ack ? 'TCP SYN ACK' : 'TCP SYN';
  if (payloadBytes === 0) return tcpFlags & TCP_FLAGS.fin ? 'TCP FIN' : 'TCP ACK';
  const [first = 0, second] = payload;
  if (TLS_CONTENT[first] && second === 3) return `TLS ${TLS_CONTENT[first]}`;
  const begin = String.fromCharCode(...payload.subarray(0, 5));
  if (begin === 'HTTP/') return 'HTTP response';
  if (/^(GET|PUT|POST|HEAD) /.test(begin)) return 'HTTP request';
  return 'TCP data';
}

/** RFC 8489 §5. */
function isStun(payload: Uint8Array): boolean {
  if (payload.length < STUN_HEADER_BYTES || (payload[0] ?? 0) >> 6 !== 0) return false;
  return new DataView(payload.buffer, payload.byteOffset).getUint32(4) === MAGIC_COOKIE;
}

/** Its bits are spread around those of the class (RFC 8489 §5). */
function methodOf([high = 0, low = 0]: Uint8Array): number {
  return ((high & 0x3e) << 6) | ((low & 0xe0) >> 1) | (low & 0x0f);
}

/** RFC 8656 §12.4: a channel from 0x4000 to 0x4fff, and the length of the rest, without padding. */
function isChannelData({ payload, payloadBytes }: Packet): boolean {
  const [channel = 0, , high = 0, low = 0] = payload;
  const padding = payloadBytes - 4 - ((high << 8) | low);
  return channel >> 4 === 4 && payload.length > 4 && padding >= 0 && padding < 4;
}
