/** What a link to a partner does for the pages of either side. */
import type { Endpoint, Family } from '../../src/endpoint.ts';
import { type HandOverRefusal, refusalOf } from '../stun/decisions/hand-over.ts';
import type { Layout } from '../stun/decisions/layout.ts';
import type { EndpointPair } from '../stun/decisions/responder.ts';
import type { PartnerCounts } from './decisions/counts.ts';
import type { PartnerOutput } from './decisions/input-output.ts';

export interface PartnerPages {
  /** The fragments of this server's pages over that family which the partner is to know. */
  readonly fragments: (family: Family) => readonly string[];
  /** Takes a datagram that came to the partner and names one of them; `local` is the partner's endpoint. */
  readonly take: (bytes: Uint8Array, arrival: EndpointPair) => void;
  /** Sends a check for a page of the partner's from an endpoint of this server. */
  readonly transmit: (from: Endpoint, to: Endpoint, bytes: Uint8Array) => void;
  /** Hears when a fragment of the partner's pages is known, and when it is not any more. */
  readonly onLease: (fragment: string, change: { readonly isThere: boolean }) => void;
}

type PagesOutput = Extract<PartnerOutput, { readonly kind: 'carried' | 'transmit' | 'lease' }>;

interface Sides {
  readonly pages: PartnerPages;
  /** That of this server alone. */
  readonly layout: Layout;
  /** The address of the partner; undefined while it is not known. */
  readonly partner: string | undefined;
  readonly counts: PartnerCounts;
}

export function carryOutForPages(output: PagesOutput, { pages, layout, partner, counts }: Sides): void {
  switch (output.kind) {
    case 'carried': {
      const { bytes, remote, arrivedAt } = output.carry;
      if (partner !== undefined) pages.take(bytes, { local: { address: partner, port: layout[arrivedAt] }, remote });
      break;
    }
    case 'transmit': {
      const { bytes, to, fromPort } = output.transmit;
      const refusal = destinationRefusal(layout, partner, to);
      if (refusal) counts.refused[refusal]++;
      else pages.transmit({ address: layout.addresses[0], port: layout[fromPort] }, to, bytes);
      break;
    }
    case 'lease':
      pages.onLease(output.fragment, output);
      break;
  }
}

/** As of a reply that the partner asks for. */
function destinationRefusal(layout: Layout, partner: string | undefined, to: Endpoint): HandOverRefusal | null {
  const known = partner === undefined ? layout : { ...layout, partner: { address: partner, isUp: true } };
  return refusalOf(known, to, to);
}
