/** The counts of the rendezvous, for the metrics. */
import { REFUSAL_CODES, type RefusalCode } from '../../../src/rendezvous/protocol/refusal.ts';

export interface RendezvousCounts {
  introductions: number;
  signals: number;
  /** How often a ticket tied an endpoint to a peer that it did not have before. */
  bindings: number;
  readonly refused: Record<RefusalCode, number>;
  /** How often a relay was handed to a peer: that of this server, or of another node. */
  readonly relays: Record<RelayPlace, number>;
}

export const RELAY_PLACES = ['own', 'other-node'] as const;
type RelayPlace = (typeof RELAY_PLACES)[number];

export function createRendezvousCounts(): RendezvousCounts {
  const refused = Object.fromEntries(REFUSAL_CODES.map((code) => [code, 0])) as Record<RefusalCode, number>;
  return { introductions: 0, signals: 0, bindings: 0, refused, relays: { own: 0, 'other-node': 0 } };
}
