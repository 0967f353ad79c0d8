/** The server's endpoints as places of a detection in a browser. */

import { type Endpoint, type Family, familyOf } from '../../../src/endpoint.ts';
import type { Place } from '../../../src/nat/browser/places.ts';
import type { Layout } from '../../stun/decisions/layout.ts';

/** The places of each family, by their announced endpoints; a server with one address has two of them. */
export function placesOf(layouts: readonly Layout[]): ReadonlyMap<Family, Readonly<Partial<Record<Place, Endpoint>>>> {
  return new Map(
    layouts.map(({ addresses: [address, other], port, altPort }) => [
      familyOf(address),
      {
        primary: { address, port },
        'other-port': { address, port: altPort },
        ...(other && {
          'other-address': { address: other, port },
          'other-address-and-port': { address: other, port: altPort },
        }),
      },
    ]),
  );
}
