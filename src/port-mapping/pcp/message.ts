/** PCP messages (RFC 6887): the requests ANNOUNCE and MAP, for UDP, and the responses to them. */
import ipaddr from 'ipaddr.js';
import type { Endpoint } from '../../endpoint.ts';

/** RFC 6887 §9. */
const VERSION = 2;
const OP = { announce: 0, map: 1 } as const;
/** The R bit, which stands before the opcode in a response (§7.2). */
const RESPONSE = 0x80;
/** The number of UDP among the protocols of IP. */
export const UDP = 17;
/** §7: a longer message is none. */
const LENGTH_MAX = 1_100;
const HEADER_LENGTH = 24;
const MAP_LENGTH = 60;
export const NONCE_LENGTH = 12;

/** §7.4. Every other code is an error too, and says about what it was that the request failed. */
export const PCP_RESULT = { success: 0, unsupportedVersion: 1 } as const;

/** What every response says. */
interface Heard {
  /** §7.4; 0 is success. */
  readonly code: number;
  /** How long the mapping lasts; in an error, for how long the same request will fail the same way (§7.2). */
  readonly lifetimeS: number;
  /** How long the server has known what it knows (§8.5). */
  readonly epochS: number;
}

export type PcpResponse =
  /** §9: the server does not speak the version that it was asked in; `version` is the highest that it speaks. */
  | { readonly kind: 'unsupported-version'; readonly version: number }
  | ({ readonly kind: 'announce' } & Heard)
  | ({
      readonly kind: 'map';
      /** As hex. */
      readonly nonce: string;
      readonly protocol: number;
      readonly internalPort: number;
      readonly external: Endpoint;
    } & Heard);

/**
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Version = 2   |R|   Opcode    | Reserved                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Requested Lifetime in Seconds                                 |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | PCP Client's IP Address (128 bits)                            |
 * |                                                               |
 * |                                                               |
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 * RFC 6887 §7.1, §14.1: asks for nothing but an answer.
 * @param client the address of this host from which the request is sent.
 */
export function encodeAnnounceRequest(client: string): Uint8Array {
  return header({ op: OP.announce, lifetimeS: 0, client, length: HEADER_LENGTH });
}

export interface MapRequest {
  /** The address of this host from which the request is sent, and to which the port is mapped. */
  readonly client: string;
  readonly nonce: Uint8Array;
  readonly internalPort: number;
  /** What is wished for; the server may give another. */
  readonly suggested: Endpoint;
  readonly lifetimeS: number;
}

/**
 * ```
 * | Header of 24 bytes, as above                                  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Mapping Nonce (96 bits)                                       |
 * |                                                               |
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Protocol = 17 | Reserved (24 bits)                            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Internal Port                 | Suggested External Port       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Suggested External IP Address (128 bits)                      |
 * |                                                               |
 * |                                                               |
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 * RFC 6887 §11.1. With a lifetime of 0 it removes the mapping; both suggestions have to be zero then (§15).
 */
export function encodeMapRequest({ client, nonce, internalPort, suggested, lifetimeS }: MapRequest): Uint8Array {
  const bytes = header({ op: OP.map, lifetimeS, client, length: MAP_LENGTH });
  const view = new DataView(bytes.buffer);
  bytes.set(nonce, 24);
  view.setUint8(36, UDP);
  view.setUint16(40, internalPort);
  if (lifetimeS === 0) return bytes;
  view.setUint16(42, suggested.port);
  bytes.set(addressBytes(suggested.address), 44);
  return bytes;
}

/**
 * ```
 * | Version       |R|   Opcode    | Reserved      | Result Code   |
 * | Lifetime in Seconds                                           |
 * | Epoch Time in Seconds                                         |
 * | Reserved (96 bits)                                            |
 * ```
 * RFC 6887 §7.2, with what a MAP request has after its header, where `Assigned` stands for `Suggested` (§11.1). Options
 * after it are none that were asked for. Null for anything else, such as what a stranger sends.
 */
export function decodeResponse(bytes: Uint8Array): PcpResponse | null {
  const { byteLength: length } = bytes;
  if (length < HEADER_LENGTH || length > LENGTH_MAX || length % 4 !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const [version, op, code] = [view.getUint8(0), view.getUint8(1) - RESPONSE, view.getUint8(3)];
  if (op < 0) return null;
  if (code === PCP_RESULT.unsupportedVersion) return { kind: 'unsupported-version', version };
  if (version !== VERSION) return null;
  const heard: Heard = { code, lifetimeS: view.getUint32(4), epochS: view.getUint32(8) };
  if (op === OP.announce) return { kind: 'announce', ...heard };
  if (op !== OP.map || length < MAP_LENGTH) return null;
  return {
    kind: 'map',
    ...heard,
    nonce: Buffer.from(bytes.subarray(24, 36)).toString('hex'),
    protocol: view.getUint8(36),
    internalPort: view.getUint16(40),
    external: { address: addressIn(bytes.subarray(44, 60)), port: view.getUint16(42) },
  };
}

function header(options: {
  readonly op: number;
  readonly lifetimeS: number;
  readonly client: string;
  readonly length: number;
}): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(options.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, options.op);
  view.setUint32(4, options.lifetimeS);
  bytes.set(addressBytes(options.client), 8);
  return bytes;
}

/** RFC 6887 §5: an IPv4 address is written as an IPv4-mapped IPv6 address. */
function addressBytes(address: string): readonly number[] {
  const parsed = ipaddr.parse(address);
  return (parsed instanceof ipaddr.IPv4 ? parsed.toIPv4MappedAddress() : parsed).toByteArray();
}

function addressIn(bytes: Uint8Array): string {
  const address = new ipaddr.IPv6([...bytes]);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}
