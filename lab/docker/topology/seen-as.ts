/** Where the public side sees a client of the lab: at its router's addresses, or at its own where nothing is translated. */
import type { LabContainer } from '../container/container.ts';
import type { LabSite } from '../lab.ts';
import { outsideAddress } from './ipv6-addressing.ts';

type Site = Pick<LabSite, 'access' | 'ipv6' | 'publicAddresses' | 'publicAddress6' | 'prefixes6'>;
type Client = Pick<LabContainer, 'address' | 'address6'>;

export interface SeenAs {
  /** Several where the NAT has a pool; the first client of a static NAT has the first one. */
  readonly addresses: readonly string[];
  /** Null if it has no IPv6. */
  readonly address6: string | null;
}

export function seenAs(site: Site, { address, address6 }: Client): SeenAs {
  const { access, ipv6, publicAddresses, publicAddress6, prefixes6 } = site;
  const translated6 = address6 && prefixes6 ? outsideAddress(prefixes6, address6) : publicAddress6;
  return {
    addresses: access.kind === 'nat' ? publicAddresses : [address],
    address6: ipv6?.kind === 'nat' ? translated6 : address6,
  };
}
