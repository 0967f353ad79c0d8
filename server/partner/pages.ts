/** What a link to a partner does for the pages of either side. */
import { type Endpoint, type Family, familyOf } from '../../src/endpoint.ts';
import { type HandOverRefusal, refusalOf } from '../stun/decisions/hand-over.ts';
import type { Layout } from '../stun/decisions/layout.ts';
import type { EndpointPair } from '../stun/decisions/responder.ts';
import type { PartnerCounts } from './decisions/counts.ts';
import type { PartnerInput, PartnerOutput } from './decisions/input-output.ts';
import type { PartnerLink } from './decisions/link.ts';
import { FRAGMENTS_MS } from './decisions/pages/borrow.ts';
import type { Transmit } from './decisions/pages/message.ts';

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

/** What the service of a link does for pages. */
export interface PagesService {
  /** Takes the datagrams that are for a page of the partner's; false when one is not. */
  readonly carry: (datagram: Uint8Array, ends: EndpointPair) => boolean;
  /** Has the partner send a check from its endpoint with that port. */
  readonly transmit: (transmit: Transmit) => void;
  /** Tells the partner at once of a fragment, which it is told of again and again with all others. */
  readonly tellFragment: (fragment: string) => void;
}

/** Tells the partner of this server's fragments from now on, until it is disposed of. */
export function servePages(
  { layout: { addresses, port }, pages }: { readonly layout: Layout; readonly pages: PartnerPages },
  { link, handle }: { readonly link: Pick<PartnerLink, 'isLent'>; readonly handle: (input: PartnerInput) => void },
): PagesService & Disposable {
  const family = familyOf(addresses[0]);
  const tell = (fragments: readonly string[]): void => handle({ kind: 'fragments', fragments });
  const telling = setInterval(() => tell(pages.fragments(family)), FRAGMENTS_MS).unref();
  return {
    carry: (bytes, { local, remote }) => {
      if (remote.port === 0 || !link.isLent(bytes)) return false;
      const arrivedAt = local.port === port ? 'port' : 'altPort';
      handle({ kind: 'carry', carry: { arrivedAt, remote, bytes } });
      return true;
    },
    transmit: (transmit) => handle({ kind: 'transmit', transmit }),
    tellFragment: (fragment) => tell([fragment]),
    [Symbol.dispose]: () => clearInterval(telling),
  };
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
