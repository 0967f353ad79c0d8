/** What two friends say to each other over the path. Whatever is longer, or something else, is not read. */
import { z } from 'zod';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';

export const CHAT_MAX_CHARACTERS = 500;
export const PROBES = 20;
/** The longest message is a line of chat with every character escaped. */
const MESSAGE_MAX_CHARACTERS = 6 * CHAT_MAX_CHARACTERS + 64;

const probeNumber = z
  .int()
  .min(0)
  .max(PROBES - 1);

const pathMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('probe'), number: probeNumber }),
  z.object({ type: z.literal('echo'), number: probeNumber }),
  z.object({ type: z.literal('chat'), text: z.string().min(1).max(CHAT_MAX_CHARACTERS) }),
  /** The sender begins to send in bulk; `turn` is the second where the friend was first. */
  z.object({ type: z.literal('transfer'), turn: z.enum(['first', 'second']) }),
  /** What has come of a transfer, and in what time from the first byte to the last. */
  z.object({ type: z.literal('received'), bytes: z.int().min(0), ms: z.number().min(0).max(60_000) }),
]);
export type PathMessage = Readonly<z.infer<typeof pathMessage>>;

/** Returns null for what is no message. */
export function readPathMessage(data: unknown): PathMessage | null {
  if (typeof data !== 'string' || data.length > MESSAGE_MAX_CHARACTERS) return null;
  const parsed = parseMessage(pathMessage, data);
  return parsed.ok ? parsed.message : null;
}
