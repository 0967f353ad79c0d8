/** Renders the lines about what not every detection tells: early packets, hairpinning, the lifetime of mappings, the router. */
import type { Hairpin } from '../../src/nat/extra-tests/hairpin.ts';
import type { Lifetime } from '../../src/nat/extra-tests/lifetime.ts';
import { explainReason } from '../../src/nat/reason.ts';
import { type MappingProtocol, ROUTER_REASONS, type RouterReport } from '../../src/nat/router.ts';

const PROTOCOL: Readonly<Record<MappingProtocol, string>> = {
  'upnp-igd': 'UPnP-IGD',
  pcp: 'PCP',
  'nat-pmp': 'NAT-PMP',
};

/** Of a router that remembers early packets. */
export const EARLY_TEXT = 'a peer whose packets come first is answered from another port';

export function hairpinText({ supported, reason }: Hairpin): string {
  if (reason !== null) return `undetermined (${reason}: ${explainReason(reason)})`;
  return supported
    ? 'supported'
    : 'not supported: two hosts behind this NAT cannot reach each other by their public endpoints';
}

export function lifetimeText({ atLeastS, atMostS, reason }: Lifetime): string {
  const why = reason === null ? '' : ` (${reason}: ${explainReason(reason)})`;
  if (atLeastS === null) return `undetermined${why}`;
  if (atMostS === null) return `an idle mapping lasts ${atLeastS} s or longer${why}`;
  return atLeastS === 0
    ? `an idle mapping lasts less than ${atMostS} s`
    : `an idle mapping lasts ${atLeastS} to ${atMostS} s`;
}

export function routerText({ mapping, isPinhole, wan, carrierGrade, reason }: RouterReport): string {
  const does = isPinhole ? 'opens pinholes in its IPv6 firewall' : 'maps ports';
  const maps = mapping === null ? [] : [`${does} by ${PROTOCOL[mapping]}`];
  const why = reason === null ? [] : [`${reason}: ${ROUTER_REASONS[reason]}`];
  return [...maps, ...why, ...(carrierGrade === null ? [] : [beyondText({ wan, carrierGrade })])].join('; ');
}

function beyondText({ wan, carrierGrade }: { readonly wan: string | null; readonly carrierGrade: boolean }): string {
  if (!carrierGrade) {
    return wan === null ? 'this host is seen at its own address' : `its WAN address ${wan} is the public one`;
  }
  const own = wan === null ? '' : `its WAN address is ${wan}, and `;
  return `${own}there is another NAT beyond it: the carrier's, or that of a second router`;
}
