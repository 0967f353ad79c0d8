/** An endpoint in a message to a partner: 16 bytes for the address, of which IPv4 takes the first four, and the port. */
import ipaddr from 'ipaddr.js';
import type { Endpoint, Family } from '../../../src/endpoint.ts';

const ADDRESS_BYTES = 16;
export const ENDPOINT_BYTES = ADDRESS_BYTES + 2;

export function writeEndpoint(bytes: Buffer, at: number, { address, port }: Endpoint): void {
  bytes.set(ipaddr.parse(address).toByteArray(), at);
  bytes.writeUInt16BE(port, at + ADDRESS_BYTES);
}

export function readEndpoint(bytes: Buffer, at: number, family: Family): Endpoint {
  const address = ipaddr.fromByteArray([...bytes.subarray(at, at + (family === 'IPv4' ? 4 : ADDRESS_BYTES))]);
  return {
    address: address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString(),
    port: bytes.readUInt16BE(at + ADDRESS_BYTES),
  };
}
