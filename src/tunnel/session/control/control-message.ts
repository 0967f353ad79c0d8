/** What the two sides of a session say to each other over its control stream: JSON, one object in each message. */
import { z } from 'zod';

export const REQUEST_MAX_CHARACTERS = 512;
export const REASON_MAX_CHARACTERS = 256;
/** The longest message: a request whose every character is escaped, and room for what newer peers add. */
export const CONTROL_MAX_BYTES = 4_096;

const number = z.int().min(1).max(0xffff_ffff);
const nativeId = z.int().min(0).max(0xffff_ffff);
const epoch = z.int().min(0).max(0xffff_ffff);
const received = z.int().min(0);
const reason = z.string().max(REASON_MAX_CHARACTERS);

const SCHEMA = z.discriminatedUnion('kind', [
  /** The sender wants to open a stream; its native stream waits under `id`. */
  z.object({ kind: z.literal('open'), number, id: nativeId, request: z.string().max(REQUEST_MAX_CHARACTERS) }),
  /** The stream is open; the sender's native stream is `id`. */
  z.object({ kind: z.literal('accepted'), number, id: nativeId }),
  z.object({ kind: z.literal('refused'), number, reason }),
  /** The sender no longer wants the stream that it has asked for. */
  z.object({ kind: z.literal('withdrawn'), number }),
  /** Everything up to the receiver's end of the stream has come to the sender. */
  z.object({ kind: z.literal('done'), number }),
  /** The stream has failed at the sender; both directions are over. */
  z.object({ kind: z.literal('reset'), number, reason }),
  /** The sender, who has opened the stream, goes on over the native stream `id`, after `received` bytes. */
  z.object({ kind: z.literal('resume'), number, epoch, id: nativeId, received }),
  /** The answer to `resume`. */
  z.object({ kind: z.literal('resumed'), number, epoch, id: nativeId, received }),
  /** The native stream of this epoch is lost at the sender, who has not opened the stream. */
  z.object({ kind: z.literal('stalled'), number, epoch }),
  /** The sender has no such stream. */
  z.object({ kind: z.literal('gone'), number }),
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
