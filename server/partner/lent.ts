/** The endpoints of the partners of all families, as the pages of this server use them, and those that this server lends. */
import { type Endpoint, type Family, familyOf } from '../../src/endpoint.ts';
import type { Layout } from '../stun/decisions/layout.ts';
import type { EndpointPair } from '../stun/decisions/responder.ts';
import type { PartnerService } from './service.ts';

export interface LentEndpoints {
  /** Takes the datagrams that are for a page of a partner; false when one is not. */
  readonly carry: (datagram: Uint8Array, ends: EndpointPair) => boolean;
  /** Has a partner send that from its endpoint `from`; false when that is none of a partner's. */
  readonly transmit: (from: Endpoint, to: Endpoint, bytes: Uint8Array) => boolean;
  /** Tells the partner of that family of a fragment of this server's pages. */
  readonly tellFragment: (family: Family, fragment: string) => void;
  /** The layout of this server alone with what is known of its partner now. */
  readonly layoutOf: (alone: Layout) => Layout;
}

export function lentBy(services: ReadonlyMap<Family, PartnerService>, now: () => number): LentEndpoints {
  const ofAddress = (address: string): PartnerService | undefined => services.get(familyOf(address));
  return {
    carry: (datagram, ends) => ofAddress(ends.local.address)?.carry(datagram, ends) ?? false,
    transmit: (from, to, bytes) => {
      const service = ofAddress(from.address);
      if (service?.address() !== from.address) return false;
      service.transmit({ fromPort: service.layout(now()).port === from.port ? 'port' : 'altPort', to, bytes });
      return true;
    },
    tellFragment: (family, fragment) => services.get(family)?.tellFragment(fragment),
    layoutOf: (alone) => ofAddress(alone.addresses[0])?.layout(now()) ?? alone,
  };
}
