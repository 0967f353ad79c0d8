/** Where the public side sees a client of the lab: at its router's addresses, or at its own where nothing is translated. */
import type { AccessProfile, Ipv6Access } from '../../profiles.ts';
import type { LabContainer } from '../container/container.ts';
import { outsideAddress } from './ipv6-addressing.ts';

/** What of a site says so; a `LabSite` has it. */
export interface SeenSite {
  readonly access: AccessProfile;
  readonly ipv6: Ipv6Access | null;
  readonly publicAddresses: readonly string[];
  readonly publicAddress6: string | null;
  /** What its prefix becomes outside (RFC 6296); null if that stays. */
  readonly prefixes6: { readonly subnet: string; readonly outside: string } | null;
}

type Client = Pick<LabContainer, 'address' | 'address6'>;

export interface SeenAs {
  /** Several where the NAT has a pool; the first client of a static NAT has the first one. */
  readonly addresses: readonly string[];
  /** Null if it has no IPv6. */
  readonly address6: string | null;
}

export function seenAs(site: SeenSite, { address, address6 }: Client): SeenAs {
  const { access, ipv6, publicAddresses, publicAddress6, prefixes6 } = site;
  const translated6 = address6 && prefixes6 ? outsideAddress(prefixes6, address6) : publicAddress6;
  return {
    addresses: access.kind === 'nat' ? publicAddresses : [address],
    address6: ipv6?.kind === 'nat' ? translated6 : address6,
  };
}
