/** What this host's router says of itself when it is asked, and what follows: whether there is another NAT beyond it. */
import ipaddr from 'ipaddr.js';

/** UPnP Internet Gateway Device, and NAT-PMP (RFC 6886). */
export type MappingProtocol = 'upnp-igd' | 'nat-pmp';

/** Why there is no port mapping, and in `RouterReport` also why no more is known: codes, and each in plain words. */
export const ROUTER_REASONS = {
  'no-nat': 'there is no NAT, so there is nothing to ask a router for',
  'no-route': 'it is not known which interface leads to the router',
  'not-private': 'this host has no private IPv4 address, so no router is asked',
  'router-silent': 'no router answers UPnP-IGD or NAT-PMP; both are often turned off in the router settings',
  'no-wan-address': 'a router answers, but does not give its WAN address',
  'router-refuses': 'the router answers, but does not map a port',
  'public-unknown': 'no server has reported the public address',
} as const;
export type RouterReason = keyof typeof ROUTER_REASONS;
export type MappingRefusal = Extract<
  RouterReason,
  'not-private' | 'router-silent' | 'no-wan-address' | 'router-refuses'
>;

export interface RouterReport {
  /** The protocol by which the router maps a port when it is asked to; null when it does not. */
  readonly mapping: MappingProtocol | null;
  /** The router's address on its outside, as it says itself. */
  readonly wan: string | null;
  /** Whether there is another NAT between the router and the server: the carrier's, or another router's. */
  readonly carrierGrade: boolean | null;
  /** Why something is null. */
  readonly reason: RouterReason | null;
}

export function unknownRouter(reason: RouterReason): RouterReport {
  return { mapping: null, wan: null, carrierGrade: null, reason };
}

/** What the router's answer means; `refusal` is null when it has mapped a port, by `mapping`. */
export function routerReport(
  { mapping, wan, refusal }: Pick<RouterReport, 'mapping' | 'wan'> & { readonly refusal: MappingRefusal | null },
  addresses: {
    /** The address of this host's interface. */
    readonly local: string;
    /** The address that a server sees. */
    readonly public: string | null;
  },
): RouterReport {
  const carrierGrade = isCarrierGrade({ ...addresses, wan });
  return { mapping, wan, carrierGrade, reason: refusal ?? (carrierGrade === null ? 'public-unknown' : null) };
}

/** RFC 6598 §1: nobody but a carrier gives addresses of 100.64.0.0/10. */
function isCarrierGrade(addresses: {
  readonly local: string;
  readonly wan: string | null;
  readonly public: string | null;
}): boolean | null {
  const { local, wan, public: seen } = addresses;
  if (rangeOf(local) === 'carrierGradeNat') return true;
  if (wan === null) return null;
  if (['carrierGradeNat', 'private'].includes(rangeOf(wan))) return true;
  return seen === null ? null : wan !== seen;
}

function rangeOf(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.parse(address).range() : 'invalid';
}
