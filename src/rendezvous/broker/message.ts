/** What two sides say to each other through brokers, inside the seal: one JSON object for each message. */
import { z } from 'zod';
import { START_MAX_MS } from '../protocol/bounds.ts';
import { behavior, candidates, durationMs, endpoint, id, signalData } from '../protocol/fields.ts';

/** The version of these messages; one of another version is not understood. */
const VERSION = 1;
/** Random, new for each process: what was said to another instance, or by one, counts for nothing. */
export const INSTANCE_BYTES = 16;
/** How many things one message may say: all that has not been confirmed yet is said again in each. */
export const BODIES_MAX = 64;

const instance = z.string().regex(/^[A-Za-z0-9_-]{22}$/, '16 bytes in base64url');
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const body = z.discriminatedUnion('type', [
  /** Asks for an introduction, and says what the other side is to know of this one; a later ask replaces it. */
  z.object({
    type: z.literal('ask'),
    /** The number of the ask; another message with the same one is an update, which asks for no other introduction. */
    ask: count,
    /** Where this side's first socket is seen, and one over IPv6 beside one over IPv4. */
    endpoint,
    endpoint6: endpoint.optional(),
    candidates,
    behavior,
    behavior6: behavior.optional(),
  }),
  z.object({ type: z.literal('withdraw') }),
  /** Introduces the two by the asks of those numbers, the receiver's and the sender's. */
  z.object({ type: z.literal('introduction'), yours: count, mine: count, startInMs: durationMs.max(START_MAX_MS) }),
  z.object({ type: z.literal('signal'), data: signalData }),
  z.object({ type: z.literal('leave') }),
]);

export const brokerMessage = z.object({
  version: z.literal(VERSION),
  from: id,
  /** The sender's instance, and the number of this message among all of that instance. */
  instance,
  number: count,
  /** The instance that it is for; left out in a greeting, which is for everybody. */
  to: instance.optional(),
  /** The last message of the receiver that has come, and how long ago that was: this measures the round trip. */
  re: z.object({ number: count, heldMs: durationMs }).optional(),
  /** How many bodies of the receiver have come. */
  heard: count,
  /** The number of the first of these bodies; they follow each other. */
  first: count,
  bodies: z.array(body).max(BODIES_MAX),
});

export type BrokerMessage = Readonly<z.infer<typeof brokerMessage>>;
export type Body = Readonly<z.infer<typeof body>>;
export type BodyOf<T extends Body['type']> = Extract<Body, { readonly type: T }>;

export function formatBrokerMessage(message: Omit<BrokerMessage, 'version'>): string {
  return JSON.stringify({ version: VERSION, ...message });
}

/** Whether the text, which was sealed with the key of the code, is of another version of these messages. */
export function isOfOtherVersion(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'version' in value && value.version !== VERSION;
  } catch {
    return false;
  }
}
