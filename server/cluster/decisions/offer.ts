/** What a node offers to the others with each beat: its relay, where it has one to hand out. */
import { z } from 'zod';
import { turnUrls } from '../../../src/rendezvous/protocol/fields.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';
import type { NodeRelay, RelayOffer } from '../../turn/choice/offer.ts';
import type { ClusterInput } from './input-output.ts';
import { OFFER_MAX_CHARACTERS, RELAYS_MAX } from './limits.ts';
import type { State } from './state.ts';

const offer = z.object({ urls: turnUrls, region: z.string().nullable(), load: z.number().min(0) });

/** What this node offers now, as text; '' for nothing, as when it is going down. */
export function writeOffer(relay: RelayOffer | null): string {
  if (relay === null) return '';
  const { urls, region, load } = relay;
  return JSON.stringify({ urls, region, load: Math.round((load ?? 0) * 1_000) / 1_000 });
}

/** Reads what the others offer, for as long as they are there. What no node says is dropped, and counted. */
export function readOffers(
  state: State,
  { sentAt, offers }: Extract<ClusterInput, { readonly kind: 'beaten' }>,
): readonly NodeRelay[] {
  return offers.slice(0, RELAYS_MAX).flatMap(({ node: name, text, ttlMs }) => {
    if (name === state.node) return [];
    const parsed = text.length > OFFER_MAX_CHARACTERS ? null : parseMessage(offer, text);
    if (parsed?.ok) return [{ name, ...parsed.message, until: sentAt + ttlMs }];
    state.counts.badOffers++;
    return [];
  });
}
