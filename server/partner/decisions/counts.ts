/** The counts of what passes between two partners: plain numbers, read by the metrics. */
import { HAND_OVER_REFUSALS } from '../../stun/decisions/hand-over.ts';

/** Why a datagram, or a hand-over in it, was not acted on. */
export const PARTNER_REFUSALS = [
  /** It comes from another endpoint than the partner's. */
  'stranger',
  /** It has not the form of a partner's datagram. */
  'malformed',
  /** It is of another version of what partners say. */
  'other-version',
  /** It is one of our own that came back. */
  'reflected',
  /** It does not open: it was sealed with another secret, or changed on its way. */
  'unsealed',
  /** So many come from processes of the partner that are not known that no more are opened now. */
  'too-many-unknown',
  /** So many come under the name of the partner's process that a worker passes no more on now. */
  'too-many',
  /** It is for an earlier process of this server, or for one that its sender does not know yet. */
  'other-epoch',
  /** It is not from the process of the partner that answers us. */
  'unknown-epoch',
  /** It has come before, or is too old to tell. */
  'replayed',
  /** It gives back no challenge that still counts. */
  'late-answer',
  /** So many hellos come from processes of the partner that are not known that no more are answered now. */
  'too-many-hellos',
  /** It asks for a reply while the partner is not heard: it has lain somewhere. */
  'not-heard',
  /** As many replies to the client's address have been sent as may be. */
  'rate-limited',
  ...HAND_OVER_REFUSALS,
] as const;
export type PartnerRefusal = (typeof PARTNER_REFUSALS)[number];

export const PARTNER_MESSAGES = ['hello', 'answer', 'bye', 'hand-over'] as const;
type MessageKind = (typeof PARTNER_MESSAGES)[number];

export interface PartnerCounts {
  readonly sent: Record<MessageKind, number>;
  /** What was acted on. */
  readonly taken: Record<MessageKind, number>;
  readonly refused: Record<PartnerRefusal, number>;
  /**
   * What was not sent: requests, because the partner went away or had too many in this second; and datagrams that the
   * system refused.
   */
  readonly unsent: Record<'partner-down' | 'too-many' | 'send-failed', number>;
}

export function createPartnerCounts(): PartnerCounts {
  return {
    sent: { hello: 0, answer: 0, bye: 0, 'hand-over': 0 },
    taken: { hello: 0, answer: 0, bye: 0, 'hand-over': 0 },
    refused: Object.fromEntries(PARTNER_REFUSALS.map((why) => [why, 0])) as Record<PartnerRefusal, number>,
    unsent: { 'partner-down': 0, 'too-many': 0, 'send-failed': 0 },
  };
}
