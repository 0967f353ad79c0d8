/** The pages of this server, its partners and its workers, as far as these have to do with each other. */
import type { BrowserService, PageFragment } from '../browser/service.ts';
import type { LentEndpoints } from '../partner/lent.ts';
import type { PartnerPages } from '../partner/pages.ts';
import type { EndpointPair } from '../stun/decisions/responder.ts';

/** The measuring of browsers, of what serves the sockets. */
export type PageService = Pick<BrowserService, 'take' | 'fragments' | 'onFragment'>;

/** What a link to a partner does for the pages of this server; null stands for none. */
export function partnerPagesOf(
  browsers: PageService | null,
  { transmit, onLease }: Pick<PartnerPages, 'transmit' | 'onLease'>,
): PartnerPages {
  return {
    fragments: (family) => {
      const ofFamily = (browsers?.fragments() ?? []).filter((one) => one.family === family);
      return ofFamily.filter(isForPartner).map(({ fragment }) => fragment);
    },
    take: (bytes, arrival) => void browsers?.take(bytes, arrival),
    transmit,
    onLease,
  };
}

/** Has the partners told of each new fragment before browsers can name it. */
export function tellPartners(
  browsers: PageService | null,
  { tellFragment }: Pick<LentEndpoints, 'tellFragment'>,
): void {
  browsers?.onFragment((one, { isThere }) => {
    if (isThere && isForPartner(one)) tellFragment(one.family, one.fragment);
  });
}

/** The base socket checks the primary endpoint alone, and is checked by none. */
function isForPartner({ socket }: PageFragment): boolean {
  return socket !== 'base';
}

/** What workers have to do with pages. */
export interface PagesOfFleet {
  /** Takes what a worker has passed on. */
  readonly take: (bytes: Uint8Array, arrival: EndpointPair) => void;
  /** The fragments that workers are to know. */
  readonly fragments: () => readonly string[];
  /** Sets the one who hears when they come and go. */
  readonly onFragment: (hear: HearOfFleet) => void;
}

type HearOfFleet = (fragment: string, change: { readonly isThere: boolean }) => void;

/** Joins the pages of this server with those of its partners, of which workers know as little. */
export function createFleetPages(
  browsers: PageService | null,
  carry: LentEndpoints['carry'],
): PagesOfFleet & Pick<PartnerPages, 'onLease'> {
  const leases = new Set<string>();
  let tell: HearOfFleet = () => {};
  browsers?.onFragment(({ fragment }, { isThere }) => tell(fragment, { isThere }));
  return {
    take: (bytes, arrival) => {
      if (!browsers?.take(bytes, arrival)) carry(bytes, arrival);
    },
    fragments: () => [...(browsers?.fragments() ?? []).map(({ fragment }) => fragment), ...leases],
    onFragment: (hear) => {
      tell = hear;
    },
    onLease: (fragment, { isThere }) => {
      if (isThere) leases.add(fragment);
      else leases.delete(fragment);
      tell(fragment, { isThere });
    },
  };
}
