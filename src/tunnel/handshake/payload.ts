/**
 * What each side tells in its encrypted message of the handshake.
 *
 *     0              16             32             36
 *     +--------------+--------------+--------------+-------------- ...
 *     |   instance   |   session    |   control    | of newer peers
 *     +--------------+--------------+--------------+-------------- ...
 */

export interface Payload {
  /** 16 random bytes of the process: another value tells that it is another process. */
  readonly instance: Uint8Array;
  /** The id of the session that it has with this peer; null where it has none, which is 16 zeros on the wire. */
  readonly session: Uint8Array | null;
  /** The native id of its control stream, should a new session begin: 32 bits. */
  readonly control: number;
}

export const INSTANCE_BYTES = 16;
export const SESSION_ID_BYTES = 16;
const CONTROL_AT = INSTANCE_BYTES + SESSION_ID_BYTES;
const PAYLOAD_BYTES = CONTROL_AT + 4;

export function encodePayload({ instance, session, control }: Payload): Uint8Array {
  const bytes = Buffer.alloc(PAYLOAD_BYTES);
  bytes.set(instance, 0);
  if (session) bytes.set(session, INSTANCE_BYTES);
  bytes.writeUInt32BE(control, CONTROL_AT);
  return bytes;
}

/** Returns null for what is too short. What newer peers add is not read. */
export function decodePayload(bytes: Uint8Array): Payload | null {
  if (bytes.length < PAYLOAD_BYTES) return null;
  const copy = Buffer.from(bytes);
  const session = copy.subarray(INSTANCE_BYTES, CONTROL_AT);
  return {
    instance: copy.subarray(0, INSTANCE_BYTES),
    session: session.some((byte) => byte !== 0) ? session : null,
    control: copy.readUInt32BE(CONTROL_AT),
  };
}
