/** Which clients have which public address of a pool, where each keeps the one that it has (RFC 4787 §4.1, REQ-2). */
import type { ClientPlace, SitePlace } from '../topology/addressing.ts';

export interface Paired {
  readonly address: string;
  readonly clients: readonly [ClientPlace, ...ClientPlace[]];
}

/** In turn, the first client has the router's own address; addresses that nobody has are left out. */
export function pairedAddresses({ wan, pool = [], clients }: Omit<SitePlace, 'subnet' | 'lan'>): readonly Paired[] {
  const addresses = [wan, ...pool];
  return addresses.flatMap((address, at) => {
    const [first, ...others] = clients.filter((_, index) => index % addresses.length === at);
    return first ? [{ address, clients: [first, ...others] as const }] : [];
  });
}
