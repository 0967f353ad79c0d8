/** The server's endpoints as places of a detection in a browser. */

import { type Endpoint, type Family, familyOf } from '../../../src/endpoint.ts';
import type { Place } from '../../../src/nat/browser/places.ts';
import type { Layout } from '../../stun/decisions/layout.ts';

/** The places of one family. */
export interface Places {
  /** By their announced endpoints; a server with one address, and no partner that is up, has two of them. */
  readonly endpoints: Readonly<Partial<Record<Place, Endpoint>>>;
  /** Whether those at the other address are a partner's, which sends to no address that it has not heard from. */
  readonly isLent: boolean;
}

/** The places as the layouts are now. */
export function placesOf(layouts: readonly Layout[]): ReadonlyMap<Family, Places> {
  return new Map(
    layouts.map(({ addresses: [address, own], partner, port, altPort }) => {
      const lent = own === undefined && partner?.isUp ? partner.address : undefined;
      const other = own ?? lent;
      const endpoints = {
        primary: { address, port },
        'other-port': { address, port: altPort },
        ...(other && {
          'other-address': { address: other, port },
          'other-address-and-port': { address: other, port: altPort },
        }),
      };
      return [familyOf(address), { endpoints, isLent: lent !== undefined }];
    }),
  );
}
