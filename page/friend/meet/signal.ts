/** What the pages of two friends tell each other through the server, and how much of it is heard. */
import { z } from 'zod';
import { credentials } from '../../../src/nat/browser/protocol.ts';
import { VERDICT_TYPES } from '../../../src/nat/verdict.ts';
import { CANDIDATES_MAX } from '../../../src/rendezvous/protocol/bounds.ts';
import { behavior, candidate } from '../../../src/rendezvous/protocol/fields.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';

/** A description, the candidates, the network twice or so, and some to spare. */
const SIGNALS_MAX = CANDIDATES_MAX + 16;

const friendSignal = z.discriminatedUnion('type', [
  /** What one side's SDP says that the other cannot know: the rest is the same for every data channel (RFC 8841). */
  credentials.extend({
    type: z.literal('description'),
    kind: z.enum(['offer', 'answer']),
    /** SHA-256 of the certificate (RFC 8122 §5). */
    fingerprint: z.string().regex(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/, 'a fingerprint of SHA-256'),
    setup: z.enum(['actpass', 'active', 'passive']),
  }),
  z.object({ type: z.literal('candidate'), candidate }),
  /** What the sender's NAT does, as its own page has found out; it comes again when more is known. */
  z.object({ type: z.literal('network'), verdict: z.enum(VERDICT_TYPES), behavior }),
]);
export type FriendSignal = Readonly<z.infer<typeof friendSignal>>;
export type Description = Extract<FriendSignal, { readonly type: 'description' }>;
export type Network = Extract<FriendSignal, { readonly type: 'network' }>;

/** Reads the signals of one friend: null for what is none, and for everything beyond the bounds. */
export function createSignalReader(): (data: string) => FriendSignal | null {
  let heard = 0;
  let candidates = 0;
  return (data) => {
    if (++heard > SIGNALS_MAX) return null;
    const parsed = parseMessage(friendSignal, data);
    if (!parsed.ok) return null;
    if (parsed.message.type === 'candidate' && ++candidates > CANDIDATES_MAX) return null;
    return parsed.message;
  };
}
