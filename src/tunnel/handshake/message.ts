/**
 * The datagrams of a handshake. Their first byte is none of STUN's (0x00, 0x01), of TURN's channels (0x40 to 0x4f), or of native
 * streams (0xff), so that all of them can share a socket.
 *
 *     0        1        2
 *     +--------+--------+------------------ ...
 *     |  type  |version | body
 *     +--------+--------+------------------ ...
 */

/** The version of everything between the two ends of a tunnel. */
export const TUNNEL_VERSION = 1;

/** The type of each datagram, and what its body is. */
export const MESSAGE_TYPE = {
  /** The first message of the Noise pattern, from the initiator. */
  first: 0x10,
  /** The second one, from the responder. */
  second: 0x11,
  /** The third one, from the initiator. */
  third: 0x12,
  /** That the responder has got the third one: 16 bytes that only it can know. */
  confirm: 0x13,
  /** Answers a first message of another version: the first 8 bytes of its body. `version` is the answering side's. */
  version: 0x14,
} as const;

export type MessageType = keyof typeof MESSAGE_TYPE;

/** The longest message of the handshake that is looked at, in bytes; those of this version are shorter than 200. */
const BODY_MAX_BYTES = 1_024;
const HEADER_BYTES = 2;
/** How much of a first message its answer repeats: who has not seen the message cannot answer it. */
export const ECHO_BYTES = 8;

export interface HandshakeMessage {
  readonly type: MessageType;
  readonly version: number;
  readonly body: Uint8Array;
}

export function encodeMessage(type: MessageType, body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(MESSAGE_TYPE[type], TUNNEL_VERSION), body]);
}

/** Returns null for what is not a datagram of a handshake. */
export function decodeMessage(bytes: Uint8Array): HandshakeMessage | null {
  const type = TYPES.get(bytes[0] ?? -1);
  const version = bytes[1];
  if (type === undefined || version === undefined || bytes.length > HEADER_BYTES + BODY_MAX_BYTES) return null;
  return { type, version, body: Uint8Array.from(bytes.subarray(HEADER_BYTES)) };
}

const TYPES = new Map(Object.entries(MESSAGE_TYPE).map(([name, byte]) => [byte as number, name as MessageType]));
