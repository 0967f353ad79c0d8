/** The counts of what passes between two partners: plain numbers, read by the metrics. */
import { CARRIAGE_REFUSALS, type CarriageRefusal } from '../../browser/decisions/carriage.ts';
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
  /** So many come under the name of the partner's process, or lead to one thing, that no more are passed on or acted on now. */
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
  /** What it asks to be sent is no check of ICE. */
  'no-check',
  /** The check is for no page that the partner has told of. */
  'no-such-fragment',
  /** The check would go to an address that has sent nothing to this server for that page. */
  'unspoken',
  /** As many replies to the client's address have been sent as may be. */
  'rate-limited',
  ...HAND_OVER_REFUSALS,
] as const;
export type PartnerRefusal = (typeof PARTNER_REFUSALS)[number];

export const PARTNER_MESSAGES = ['hello', 'answer', 'bye', 'hand-over', 'fragments', 'carry', 'transmit'] as const;
type MessageKind = (typeof PARTNER_MESSAGES)[number];

export interface PartnerCounts {
  readonly sent: Record<MessageKind, number>;
  /** What was acted on. */
  readonly taken: Record<MessageKind, number>;
  readonly refused: Record<PartnerRefusal, number>;
  /**
   * What was not sent: requests and what concerns pages, because the partner went away, had too many in this second, for all
   * pages or for one of them, or because it is too long; and datagrams that the system refused.
   */
  readonly unsent: Record<'partner-down' | 'send-failed' | CarriageRefusal, number>;
}

export function createPartnerCounts(): PartnerCounts {
  return {
    sent: none(PARTNER_MESSAGES),
    taken: none(PARTNER_MESSAGES),
    refused: none(PARTNER_REFUSALS),
    unsent: none(['partner-down', 'send-failed', ...CARRIAGE_REFUSALS]),
  };
}

function none<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}
