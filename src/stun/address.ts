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
const IPV4_VALUE_BYTES = 8;
const IPV6_VALUE_BYTES = 20;

/** The 16 header bytes after the length, with which a XORed address is masked: the cookie, then the transaction id. */
export type XorKey = Uint8Array;

function addressBytes(address: string): Uint8Array {
  if (familyOf(address) === 'IPv4') return ipv4Bytes(address);
  if (!ipaddr.IPv6.isValid(address)) throw new RangeError(`not an IP address: ${address}`);
  return Uint8Array.from(ipaddr.IPv6.parse(address).toByteArray());
}

/** Reads character codes, since a server does this several times for each reply. */
function ipv4Bytes(address: string): Uint8Array {
  const bytes = new Uint8Array(4);
  let octet = 0;
  let digits = 0;
  let value = 0;
  for (let i = 0; i <= address.length; i++) {
    const code = i === address.length ? DOT : address.charCodeAt(i);
    const digit = code - ZERO;
    if (code === DOT && digits > 0 && octet < 4) {
      bytes[octet++] = value;
      digits = value = 0;
    } else if (digit >= 0 && digit <= 9 && digits < 3 && value * 10 + digit <= 255) {
      value = value * 10 + digit;
      digits++;
    } else {
      throw new RangeError(`not an IP address: ${address}`);
    }
  }
  if (octet !== 4) throw new RangeError(`not an IP address: ${address}`);
  return bytes;
}

/** @throws RangeError when the address is not one. */
export function encodeAddress({ address, port }: Endpoint, xor?: XorKey): Uint8Array {
  const ip = addressBytes(address);
  const value = new Uint8Array(4 + ip.length);
  value[1] = ip.length === 4 ? FAMILY_IPV4 : FAMILY_IPV6;
  value[2] = port >> 8;
  value[3] = port;
  value.set(ip, 4);
  if (xor) mask(value, xor);
  return value;
}

/** Gives the endpoint, or null when the family is unknown or the length is not the family's. */
export function decodeAddress(wire: Uint8Array, xor?: XorKey): Endpoint | null {
  const family = wire[1];
  if (family === FAMILY_IPV4 ? wire.length !== IPV4_VALUE_BYTES : wire.length !== IPV6_VALUE_BYTES) return null;
  if (family !== FAMILY_IPV4 && family !== FAMILY_IPV6) return null;
  const value = xor ? wire.slice() : wire;
  if (xor) mask(value, xor);
  const port = ((value[2] ?? 0) << 8) | (value[3] ?? 0);
  const ip = value.subarray(4);
  const address = family === FAMILY_IPV4 ? ip.join('.') : new ipaddr.IPv6([...ip]).toRFC5952String();
  return { address, port };
}

/** The port is masked with the first 16 bits of the key, the address with as much of the key as it has. */
function mask(value: Uint8Array, xor: XorKey): void {
  for (let i = 2; i < value.length; i++) {
    value[i] = (value[i] ?? 0) ^ (xor[i < 4 ? i - 2 : i - 4] ?? 0);
  }
}
