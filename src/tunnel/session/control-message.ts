/** What the two sides of a session say to each other over its control stream: JSON, one object in each message. */
import { z } from 'zod';

export const REQUEST_MAX_CHARACTERS = 512;
export const REASON_MAX_CHARACTERS = 256;
/** The longest message: a request whose every character is escaped, and room for what newer peers add. */
export const CONTROL_MAX_BYTES = 4_096;

const number = z.int().min(1).max(0xffff_ffff);
const nativeId = z.int().min(0).max(0xffff_ffff);

const SCHEMA = z.discriminatedUnion('kind', [
  /** The sender wants to open a stream; its native stream waits under `id`. */
  z.object({ kind: z.literal('open'), number, id: nativeId, request: z.string().max(REQUEST_MAX_CHARACTERS) }),
  /** The stream is open; the sender's native stream is `id`. */
  z.object({ kind: z.literal('accepted'), number, id: nativeId }),
  z.object({ kind: z.literal('refused'), number, reason: z.string().max(REASON_MAX_CHARACTERS) }),
  /** The sender no longer wants the stream that it has asked for. */
  z.object({ kind: z.literal('withdrawn'), number }),
  /** The sender closes the session. */
  z.object({ kind: z.literal('bye') }),
]);

export type ControlMessage = z.infer<typeof SCHEMA>;

export function encodeControl(message: ControlMessage): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}

/** Returns null for what is no message of this version. */
export function decodeControl(bytes: Uint8Array): ControlMessage | null {
  try {
    return SCHEMA.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
