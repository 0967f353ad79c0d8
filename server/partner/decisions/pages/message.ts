/**
 * What partners say to each other about pages, before it is sealed: a kind, its fields, and zeros up to the greater length.
 *
 *   carry      |5| flags: 1 came to the alt port | address (16) | port | length | datagram
 *   transmit   |6| flags: 1 leaves from the alt port | address (16) | port | length | datagram
 *   fragments  |7| count | fragments (8 each)
 */
import type { Endpoint, Family } from '../../../../src/endpoint.ts';
import { CARRIED_MAX_BYTES } from '../../../browser/decisions/carriage.ts';
import { FRAGMENT_CHARS } from '../../../browser/decisions/fragment.ts';
import { ENDPOINT_BYTES, readEndpoint, writeEndpoint } from '../endpoint-field.ts';
import { LONG_INNER_BYTES } from '../lengths.ts';

/** One of the two ports that partners have. */
export type PortName = 'port' | 'altPort';

/** A datagram that came to its sender, and names a fragment of the other's pages. */
export interface Carry {
  readonly arrivedAt: PortName;
  readonly remote: Endpoint;
  readonly bytes: Uint8Array;
}

/** A check that the other is to send from its own address, for a page of the sender's. */
export interface Transmit {
  readonly fromPort: PortName;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

export type PagesMessage =
  | { readonly kind: 'carry'; readonly carry: Carry }
  | { readonly kind: 'transmit'; readonly transmit: Transmit }
  /** Some of the fragments of the sender's pages. They count for a while, and are told again and again. */
  | { readonly kind: 'fragments'; readonly fragments: readonly string[] };

const CARRY = 5;
const TRANSMIT = 6;
const FRAGMENTS = 7;

const ALT_PORT = 1;
const ENDPOINT_AT = 2;
const LENGTH_AT = ENDPOINT_AT + ENDPOINT_BYTES;
const DATAGRAM_AT = LENGTH_AT + 2;

const LIST_AT = 2;
/** How many fragments one message has at most. */
export const LISTED_MAX = Math.floor((LONG_INNER_BYTES - LIST_AT) / FRAGMENT_CHARS);

/** @throws RangeError for a datagram or a list that is too long. */
export function encodePagesMessage(message: PagesMessage): Uint8Array {
  const bytes = Buffer.alloc(LONG_INNER_BYTES);
  switch (message.kind) {
    case 'carry': {
      const { arrivedAt, remote, bytes: datagram } = message.carry;
      bytes[0] = CARRY;
      return writeDatagram(bytes, { at: arrivedAt, endpoint: remote, datagram });
    }
    case 'transmit': {
      const { fromPort, to, bytes: datagram } = message.transmit;
      bytes[0] = TRANSMIT;
      return writeDatagram(bytes, { at: fromPort, endpoint: to, datagram });
    }
    case 'fragments':
      if (message.fragments.length > LISTED_MAX) throw new RangeError(`${message.fragments.length} fragments`);
      bytes[0] = FRAGMENTS;
      bytes[1] = message.fragments.length;
      bytes.write(message.fragments.join(''), LIST_AT, 'latin1');
      return bytes;
  }
}

interface Datagram {
  readonly at: PortName;
  readonly endpoint: Endpoint;
  readonly datagram: Uint8Array;
}

function writeDatagram(bytes: Buffer, { at, endpoint, datagram }: Datagram): Buffer {
  if (datagram.length > CARRIED_MAX_BYTES) throw new RangeError(`a datagram of ${datagram.length} bytes`);
  bytes[1] = at === 'altPort' ? ALT_PORT : 0;
  writeEndpoint(bytes, ENDPOINT_AT, endpoint);
  bytes.writeUInt16BE(datagram.length, LENGTH_AT);
  bytes.set(datagram, DATAGRAM_AT);
  return bytes;
}

/** Reads a message of LONG_INNER_BYTES; null when it has no such form. */
export function decodePagesMessage(bytes: Buffer, family: Family): PagesMessage | null {
  if (bytes.length !== LONG_INNER_BYTES) return null;
  switch (bytes[0]) {
    case CARRY: {
      const read = readDatagram(bytes, family);
      return read && { kind: 'carry', carry: { arrivedAt: read.at, remote: read.endpoint, bytes: read.datagram } };
    }
    case TRANSMIT: {
      const read = readDatagram(bytes, family);
      return read && { kind: 'transmit', transmit: { fromPort: read.at, to: read.endpoint, bytes: read.datagram } };
    }
    case FRAGMENTS: {
      const fragments = readFragments(bytes);
      return fragments && { kind: 'fragments', fragments };
    }
    default:
      return null;
  }
}

function readDatagram(bytes: Buffer, family: Family): Datagram | null {
  const [flags, length] = [bytes[1] ?? 0, bytes.readUInt16BE(LENGTH_AT)];
  const endpoint = readEndpoint(bytes, ENDPOINT_AT, family);
  if ((flags & ~ALT_PORT) !== 0 || length > CARRIED_MAX_BYTES || endpoint.port === 0) return null;
  const datagram = Uint8Array.from(bytes.subarray(DATAGRAM_AT, DATAGRAM_AT + length));
  return { at: flags === ALT_PORT ? 'altPort' : 'port', endpoint, datagram };
}

function readFragments(bytes: Buffer): readonly string[] | null {
  const count = bytes[1] ?? 0;
  if (count > LISTED_MAX) return null;
  const text = bytes.toString('latin1', LIST_AT, LIST_AT + count * FRAGMENT_CHARS);
  if (!/^[A-Za-z0-9+/]*$/.test(text)) return null;
  return Array.from({ length: count }, (_, index) => text.slice(index * FRAGMENT_CHARS, (index + 1) * FRAGMENT_CHARS));
}
