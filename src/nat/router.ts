/** What this host's router says of itself when it is asked, and what follows: whether there is another NAT beyond it. */
import ipaddr from 'ipaddr.js';
import { familyOf } from '../endpoint.ts';

/** UPnP Internet Gateway Device, PCP (RFC 6887) and NAT-PMP (RFC 6886). */
export type MappingProtocol = 'upnp-igd' | 'pcp' | 'nat-pmp';

/** Why there is no port mapping, and in `RouterReport` also why no more is known: codes, and each in plain words. */
export const ROUTER_REASONS = {
  'no-nat': 'there is no NAT, so there is nothing to ask a router for',
  'no-route': 'it is not known which interface leads to the router',
  'not-asked': 'this host has neither a private IPv4 address nor a global IPv6 address there, so no router is asked',
  'router-silent': 'no router answers UPnP-IGD, PCP or NAT-PMP; they are often turned off in the router settings',
  'no-wan-address': 'a router answers, but does not give its WAN address',
  'router-refuses': 'the router answers, but does not open the port that it is asked for',
  'public-unknown': 'no server has reported the public address',
} as const;
export type RouterReason = keyof typeof ROUTER_REASONS;
export type MappingRefusal = Extract<RouterReason, 'not-asked' | 'router-silent' | 'no-wan-address' | 'router-refuses'>;

export interface RouterReport {
  /** The protocol by which the router maps a port, or opens a pinhole, when it is asked to; null when it does neither. */
  readonly mapping: MappingProtocol | null;
  /** Whether it translates nothing, and opens a pinhole in its IPv6 firewall for the port. */
  readonly isPinhole: boolean;
  /** The router's address on its outside, as it says itself; null also over IPv6, where nobody is to be reached at it. */
  readonly wan: string | null;
  /** Whether there is another NAT between the router and the server: the carrier's, or another router's. */
  readonly carrierGrade: boolean | null;
  /** Why something is null. */
  readonly reason: RouterReason | null;
}

export function unknownRouter(reason: RouterReason): RouterReport {
  return { mapping: null, isPinhole: false, wan: null, carrierGrade: null, reason };
}

interface Addresses {
  /** The address of this host's interface. */
  readonly local: string;
  /** The address that a server sees. */
  readonly public: string | null;
}

/** What the router's answer means; `refusal` is null when it has opened a port, by `mapping`. */
export function routerReport(
  {
    mapping,
    isPinhole,
    wan,
    refusal,
  }: Pick<RouterReport, 'mapping' | 'isPinhole' | 'wan'> & { readonly refusal: MappingRefusal | null },
  addresses: Addresses,
): RouterReport {
  const carrierGrade = isCarrierGrade({ ...addresses, wan });
  const unknown = addresses.public === null ? 'public-unknown' : 'no-wan-address';
  return { mapping, isPinhole, wan, carrierGrade, reason: refusal ?? (carrierGrade === null ? unknown : null) };
}

/** RFC 6598 §1: nobody but a carrier gives addresses of 100.64.0.0/10. */
function isCarrierGrade(addresses: Addresses & { readonly wan: string | null }): boolean | null {
  const { local, wan, public: seen } = addresses;
  // Where this host is seen at its own address, nothing is translated on the way; else the router itself may do it.
  if (familyOf(local) === 'IPv6') return seen === local ? false : null;
  if (rangeOf(local) === 'carrierGradeNat') return true;
  if (wan === null) return null;
  if (['carrierGradeNat', 'private'].includes(rangeOf(wan))) return true;
  return seen === null ? null : wan !== seen;
}

function rangeOf(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.parse(address).range() : 'invalid';
}
