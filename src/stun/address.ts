/**
 * Address values, plain and XORed (RFC 8489 §14.1, §14.2).
 *
 *   |0 0 0 0 0 0 0 0|    Family     |           Port                |
 *   |                 Address (32 bits or 128 bits)                 |
 */
import ipaddr from 'ipaddr.js';
import { type Endpoint, familyOf } from '../endpoint.ts';

const DOT = 0x2e;
const ZERO = 0x30;
const FAMILY_IPV4 = 0x01;
const FAMILY_IPV6 = 0x02;
const ADDRESS_AT = 4;
const IPV4_VALUE_BYTES = 8;
const IPV6_VALUE_BYTES = 20;

/** The 16 header bytes after the length, with which a XORed address is masked: the cookie, then the transaction id. */
export type XorKey = Uint8Array;

/** @throws RangeError when the address is not one. */
export function encodeAddress(endpoint: Endpoint, xor?: XorKey): Uint8Array {
  const value = new Uint8Array(familyOf(endpoint.address) === 'IPv4' ? IPV4_VALUE_BYTES : IPV6_VALUE_BYTES);
  writeAddress(value, endpoint, xor);
  return value;
}

/** Writes over a value of the endpoint's family. @throws RangeError when the address is not one. */
export function writeAddress(value: Uint8Array, { address, port }: Endpoint, xor?: XorKey): void {
  value[0] = 0;
  if (familyOf(address) === 'IPv4') {
    value[1] = FAMILY_IPV4;
    writeIpv4(value, address);
  } else {
    value[1] = FAMILY_IPV6;
    value.set(ipv6Bytes(address), ADDRESS_AT);
  }
  value[2] = port >> 8;
  value[3] = port;
  if (xor) mask(value, xor);
}

function ipv6Bytes(address: string): readonly number[] {
  if (!ipaddr.IPv6.isValid(address)) throw new RangeError(`not an IP address: ${address}`);
  return ipaddr.IPv6.parse(address).toByteArray();
}

/** Reads character codes, since a server does this several times for each reply. */
function writeIpv4(value: Uint8Array, address: string): void {
  let at = ADDRESS_AT;
  let digits = 0;
  let octet = 0;
  for (let i = 0; i <= address.length; i++) {
    const code = i === address.length ? DOT : address.charCodeAt(i);
    const digit = code - ZERO;
    if (code === DOT && digits > 0 && at < IPV4_VALUE_BYTES) {
      value[at++] = octet;
      digits = octet = 0;
    } else if (digit >= 0 && digit <= 9 && digits < 3 && octet * 10 + digit <= 255) {
      octet = octet * 10 + digit;
      digits++;
    } else {
      throw new RangeError(`not an IP address: ${address}`);
    }
  }
  if (at !== IPV4_VALUE_BYTES) throw new RangeError(`not an IP address: ${address}`);
}

/** Gives the endpoint, or null when the family is unknown or the length is not the family's. */
export function decodeAddress(wire: Uint8Array, xor?: XorKey): Endpoint | null {
  const family = wire[1];
  if (family === FAMILY_IPV4 ? wire.length !== IPV4_VALUE_BYTES : wire.length !== IPV6_VALUE_BYTES) return null;
  if (family !== FAMILY_IPV4 && family !== FAMILY_IPV6) return null;
  // No `slice`, which of a Buffer shares its memory.
  const value = xor ? new Uint8Array(wire) : wire;
  if (xor) mask(value, xor);
  const port = ((value[2] ?? 0) << 8) | (value[3] ?? 0);
  if (family === FAMILY_IPV4) return { address: `${value[4]}.${value[5]}.${value[6]}.${value[7]}`, port };
  return { address: new ipaddr.IPv6([...value.subarray(ADDRESS_AT)]).toRFC5952String(), port };
}

/** The port is masked with the first 16 bits of the key, the address with as much of the key as it has. */
function mask(value: Uint8Array, xor: XorKey): void {
  for (let i = 2; i < value.length; i++) {
    value[i] = (value[i] ?? 0) ^ (xor[i < 4 ? i - 2 : i - 4] ?? 0);
  }
}
