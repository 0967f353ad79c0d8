/** The public addresses that the router of a site can get in place of its own: nobody else in the lab has them. */
import { type Addressing, spareAddress } from './addressing.ts';
import { spareAddress6 } from './ipv6-addressing.ts';
import type { Accesses } from './router-plan.ts';

export interface Spare {
  readonly address: string;
  /** Null where IPv6 is not translated, or not there: there, addresses are not the router's. */
  readonly address6: string | null;
}

/** Null for a router with several public addresses or none that its clients are seen at, and where there are too many sites. */
export function spareOf(
  { access, ipv6 }: Accesses,
  { addressing, index, sites }: { readonly addressing: Addressing; readonly index: number; readonly sites: number },
): Spare | null {
  if (access.kind !== 'nat' || (access.layers.at(-1)?.poolSize ?? 1) > 1) return null;
  const address = spareAddress(addressing, index, sites);
  return address === null ? null : { address, address6: ipv6?.kind === 'nat' ? spareAddress6(index, sites) : null };
}
