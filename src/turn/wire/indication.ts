/**
 * The indications that carry data (RFC 8656 §11), one way each: Send to the server, Data to the client. There are many
 * of them, so that they are read and written here without a message in between:
 *
 *   | header (20 bytes) | XOR-PEER-ADDRESS (12 bytes; IPv6: 24) | DATA (4 bytes), data, padding |
 */

import { type Endpoint, familyOf } from '../../endpoint.ts';
import { decodeAddress, writeAddress } from '../../stun/address.ts';
import { ATTRIBUTES } from '../../stun/attribute.ts';
import { HEADER_BYTES, MAGIC_COOKIE, METHOD, packType } from '../../stun/header.ts';

const SEND_TYPE = packType('indication', METHOD.send);
const DATA_TYPE = packType('indication', METHOD.data);
const PEER_CODE = ATTRIBUTES['XOR-PEER-ADDRESS'].code;
const DATA_CODE = ATTRIBUTES.DATA.code;
/** Type and length of an attribute. */
const ATTRIBUTE_HEADER_BYTES = 4;
const COOKIE_AT = 4;
const TRANSACTION_ID_AT = 8;
const ADDRESS_BYTES = { IPv4: 8, IPv6: 20 } as const;
/**
 * The most data that fits an indication, padded, whose attributes have at most 65,535 bytes: a little less than a
 * datagram over IPv6 may have.
 */
export const DATA_IN_INDICATION_MAX_BYTES = 65_504;

export interface PeerData {
  readonly peer: Endpoint;
  readonly data: Uint8Array;
}

/** Encodes a Data indication, as `encode` would, of at most DATA_IN_INDICATION_MAX_BYTES. */
export function encodeDataIndication({ peer, data }: PeerData, transactionId: Uint8Array): Uint8Array {
  const addressBytes = ADDRESS_BYTES[familyOf(peer.address)];
  const dataAt = HEADER_BYTES + ATTRIBUTE_HEADER_BYTES + addressBytes + ATTRIBUTE_HEADER_BYTES;
  const end = dataAt + padded(data.length);
  // It shares memory with others: some of its own would cost more than all else here.
  const bytes = Buffer.allocUnsafe(end);
  bytes.writeUInt16BE(DATA_TYPE, 0);
  bytes.writeUInt16BE(end - HEADER_BYTES, 2);
  bytes.writeUInt32BE(MAGIC_COOKIE, COOKIE_AT);
  bytes.set(transactionId, TRANSACTION_ID_AT);
  bytes.writeUInt16BE(PEER_CODE, HEADER_BYTES);
  bytes.writeUInt16BE(addressBytes, HEADER_BYTES + 2);
  const address = bytes.subarray(HEADER_BYTES + ATTRIBUTE_HEADER_BYTES, dataAt - ATTRIBUTE_HEADER_BYTES);
  writeAddress(address, peer, bytes.subarray(COOKIE_AT, HEADER_BYTES));
  bytes.writeUInt16BE(DATA_CODE, dataAt - ATTRIBUTE_HEADER_BYTES);
  bytes.writeUInt16BE(data.length, dataAt - 2);
  bytes.set(data, dataAt);
  bytes.fill(0, dataAt + data.length);
  return bytes;
}

/**
 * Reads a Send indication that has the peer and the data, in either order, and nothing else; null for whatever `decode`
 * is to judge. The data is a view of the input.
 */
export function readSendIndication(bytes: Uint8Array): PeerData | null {
  const end = bytes.length;
  const isSend = end >= HEADER_BYTES && uint16At(bytes, 0) === SEND_TYPE && HEADER_BYTES + uint16At(bytes, 2) === end;
  if (!isSend || end % 4 !== 0 || !hasCookie(bytes)) return null;
  let peer: Endpoint | null = null;
  let data: Uint8Array | null = null;
  for (let at = HEADER_BYTES; at < end; ) {
    const valueAt = at + ATTRIBUTE_HEADER_BYTES;
    const code = uint16At(bytes, at);
    const length = uint16At(bytes, at + 2);
    at = valueAt + padded(length);
    if (at > end) return null;
    const value = bytes.subarray(valueAt, valueAt + length);
    if (code === PEER_CODE && peer === null) peer = decodeAddress(value, bytes.subarray(COOKIE_AT, HEADER_BYTES));
    else if (code === DATA_CODE && data === null) data = value;
    else return null;
  }
  return peer !== null && data !== null ? { peer, data } : null;
}

function hasCookie(bytes: Uint8Array): boolean {
  return (
    uint16At(bytes, COOKIE_AT) === MAGIC_COOKIE >>> 16 && uint16At(bytes, COOKIE_AT + 2) === (MAGIC_COOKIE & 0xffff)
  );
}

/** A DataView would cost more than what is read by it. */
function uint16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
