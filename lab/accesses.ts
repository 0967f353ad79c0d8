/** Every access that the labs have a name for: those that are no NATs here, and a list of all that a table shows. */
import { FURTHER_NATS } from './further-nats.ts';
import {
  CLASSIC_NATS,
  dualStack,
  HARD_NATS,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  type NamedAccess,
  type NatProfile,
  PORT_RESTRICTED,
  TRANSLATIONS,
} from './profiles.ts';

export const OPEN: NamedAccess = { name: 'open', access: { kind: 'open' } };

export const FIREWALLED: NamedAccess = {
  name: 'firewalled',
  access: { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 120_000 },
};

export const UDP_BLOCKED: NamedAccess = { name: 'udp-blocked', access: { kind: 'udp-blocked' } };

/** As in mobile networks: hosts on a link of IPv6 alone, and a NAT64 that is port-restricted. */
export const NAT64: NamedAccess = {
  name: 'nat64',
  access: { kind: 'nat', layers: [{ ...PORT_RESTRICTED, name: 'nat64' }] },
  ipv6: { kind: 'dropped', nat64: true },
};

export const UNTRANSLATED: readonly NamedAccess[] = [OPEN, FIREWALLED, UDP_BLOCKED];

/** What the largest tables show, in their order; those with a name beside it are `FURTHER_NATS`, `TRANSLATIONS` and `NAT64`. */
export const ALL_ACCESSES: readonly (NatProfile | NamedAccess)[] = [...CLASSIC_NATS, ...HARD_NATS, ...UNTRANSLATED];

/** The access of hosts behind this one NAT, under its name. */
export function behindNat(profile: NatProfile): NamedAccess {
  return { name: profile.name, access: { kind: 'nat', layers: [profile] } };
}

const BY_NAME = new Map([...ALL_ACCESSES, ...FURTHER_NATS, ...TRANSLATIONS, NAT64].map((one) => [one.name, one]));
const IPV6_BY_NAME = new Map([...IPV6_ACCESSES, IPV6_DROPPED].map((one) => [one.name, one]));

/** The names that `accessNamed` knows: what is done with IPv4, and what with IPv6. */
export const ACCESS_NAMES: readonly string[] = [...BY_NAME.keys()];
export const IPV6_ACCESS_NAMES: readonly string[] = [...IPV6_BY_NAME.keys()];

/** The access that a person means by `NAT`, or by `NAT+IPV6` for one with both families; null if there is none of that name. */
export function accessNamed(name: string): NatProfile | NamedAccess | null {
  const [first = '', second, ...others] = name.split('+');
  const ipv4 = BY_NAME.get(first);
  if (ipv4 === undefined || others.length > 0) return null;
  if (second === undefined) return ipv4;
  if ('ipv6' in ipv4) return null;
  const ipv6 = IPV6_BY_NAME.get(second);
  return ipv6 ? dualStack(ipv4, ipv6) : null;
}
