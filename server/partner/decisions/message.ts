/**
 * What partners say to each other, before it is sealed: a kind, its fields, and zeros up to the length of its kind. Those about
 * pages are in pages/message.ts.
 *
 *   hello      |1| challenge (8) | port | alt port |
 *   answer     |2| challenge (8) | port | alt port | flags: 1 the hello's sender is heard |
 *   bye        |4|
 *   hand-over  |3| flags: 1 classic, 2 FINGERPRINT, 4 came to the alt port, 8 changes the port
 *              | transaction id (16) | address (16) | port | port that the reply goes to | length of the request |
 */
import type { Family } from '../../../src/endpoint.ts';
import { CLASSIC_TRANSACTION_ID_BYTES, TRANSACTION_ID_BYTES } from '../../../src/stun/header.ts';
import type { HandOver } from '../../stun/decisions/hand-over.ts';
import { ENDPOINT_BYTES, readEndpoint, writeEndpoint } from './endpoint-field.ts';
import { INNER_BYTES, SEALED_BYTES } from './lengths.ts';
import { decodePagesMessage, encodePagesMessage, type PagesMessage } from './pages/message.ts';

export const CHALLENGE_BYTES = 8;

/** The ports that a server has: partners have the same. */
export interface Ports {
  readonly port: number;
  readonly altPort: number;
}

export type PartnerMessage =
  /** Asks whether the other is there. `challenge` is 16 hexadecimal digits. */
  | { readonly kind: 'hello'; readonly challenge: string; readonly ports: Ports }
  /** Gives a challenge back. */
  | { readonly kind: 'answer'; readonly challenge: string; readonly ports: Ports; readonly hears: boolean }
  /** Says that its sender ends. */
  | { readonly kind: 'bye' }
  | { readonly kind: 'hand-over'; readonly handOver: HandOver }
  | PagesMessage;

const HELLO = 1;
const ANSWER = 2;
const HAND_OVER = 3;
const BYE = 4;

const PORTS_AT = 1 + CHALLENGE_BYTES;
const ANSWER_FLAGS_AT = PORTS_AT + 4;
const HEARS = 1;

const ID_AT = 2;
const ADDRESS_AT = ID_AT + CLASSIC_TRANSACTION_ID_BYTES;
const NUMBERS_AT = ADDRESS_AT + ENDPOINT_BYTES;
const CLASSIC = 1;
const FINGERPRINT = 2;
const ALT_PORT = 4;
const CHANGES_PORT = 8;
const HAND_OVER_FLAGS = CLASSIC | FINGERPRINT | ALT_PORT | CHANGES_PORT;

/** Gives INNER_BYTES, or LONG_INNER_BYTES for a message about pages. */
export function encodeMessage(message: PartnerMessage): Uint8Array {
  const bytes = Buffer.alloc(INNER_BYTES);
  switch (message.kind) {
    case 'fragments':
    case 'carry':
    case 'transmit':
      return encodePagesMessage(message);
    case 'hello':
    case 'answer':
      bytes[0] = message.kind === 'hello' ? HELLO : ANSWER;
      bytes.write(message.challenge, 1, 'hex');
      bytes.writeUInt16BE(message.ports.port, PORTS_AT);
      bytes.writeUInt16BE(message.ports.altPort, PORTS_AT + 2);
      if (message.kind === 'answer' && message.hears) bytes[ANSWER_FLAGS_AT] = HEARS;
      return bytes;
    case 'bye':
      bytes[0] = BYE;
      return bytes;
    case 'hand-over':
      writeHandOver(bytes, message.handOver);
      return bytes;
  }
}

function writeHandOver(bytes: Buffer, handOver: HandOver): void {
  const { transactionId, hasFingerprint, mapped, toPort, arrivedAt, changesPort, requestBytes } = handOver;
  bytes[0] = HAND_OVER;
  bytes[1] =
    (transactionId.length === CLASSIC_TRANSACTION_ID_BYTES ? CLASSIC : 0) |
    (hasFingerprint ? FINGERPRINT : 0) |
    (arrivedAt === 'altPort' ? ALT_PORT : 0) |
    (changesPort ? CHANGES_PORT : 0);
  bytes.set(transactionId, ID_AT);
  writeEndpoint(bytes, ADDRESS_AT, mapped);
  bytes.writeUInt16BE(toPort, NUMBERS_AT);
  bytes.writeUInt16BE(requestBytes, NUMBERS_AT + 2);
}

/** Reads a message; null when it has no such form, or not the length of its kind. `family` is that of the two servers' addresses. */
export function decodeMessage(inner: Uint8Array, family: Family): PartnerMessage | null {
  const bytes = Buffer.from(inner.buffer, inner.byteOffset, inner.byteLength);
  if (bytes.length !== INNER_BYTES) return decodePagesMessage(bytes, family);
  switch (bytes[0]) {
    case HELLO:
      return { kind: 'hello', challenge: challengeOf(bytes), ports: portsOf(bytes) };
    case ANSWER: {
      const flags = bytes[ANSWER_FLAGS_AT] ?? 0;
      return { kind: 'answer', challenge: challengeOf(bytes), ports: portsOf(bytes), hears: (flags & HEARS) !== 0 };
    }
    case BYE:
      return { kind: 'bye' };
    case HAND_OVER: {
      const handOver = readHandOver(bytes, family);
      return handOver && { kind: 'hand-over', handOver };
    }
    default:
      return null;
  }
}

function challengeOf(bytes: Buffer): string {
  return bytes.toString('hex', 1, PORTS_AT);
}

function portsOf(bytes: Buffer): Ports {
  return { port: bytes.readUInt16BE(PORTS_AT), altPort: bytes.readUInt16BE(PORTS_AT + 2) };
}

function readHandOver(bytes: Buffer, family: Family): HandOver | null {
  const flags = bytes[1] ?? 0;
  if ((flags & ~HAND_OVER_FLAGS) !== 0) return null;
  const idBytes = (flags & CLASSIC) === 0 ? TRANSACTION_ID_BYTES : CLASSIC_TRANSACTION_ID_BYTES;
  return {
    transactionId: Uint8Array.from(bytes.subarray(ID_AT, ID_AT + idBytes)),
    hasFingerprint: (flags & FINGERPRINT) !== 0,
    mapped: readEndpoint(bytes, ADDRESS_AT, family),
    toPort: bytes.readUInt16BE(NUMBERS_AT),
    arrivedAt: (flags & ALT_PORT) === 0 ? 'port' : 'altPort',
    changesPort: (flags & CHANGES_PORT) !== 0,
    // Whatever it says, the reply may fill no more than the datagram that asks for it.
    requestBytes: Math.min(bytes.readUInt16BE(NUMBERS_AT + 2), SEALED_BYTES),
  };
}
