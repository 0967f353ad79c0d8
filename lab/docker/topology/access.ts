/** The accesses of a container lab that are not NATs, and a list of all that there are. */
import { CLASSIC_NATS, HARD_NATS, type NamedAccess, type NatProfile } from '../../profiles.ts';

export const OPEN: NamedAccess = { name: 'open', access: { kind: 'open' } };

export const FIREWALLED: NamedAccess = {
  name: 'firewalled',
  access: { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 120_000 },
};

export const UDP_BLOCKED: NamedAccess = { name: 'udp-blocked', access: { kind: 'udp-blocked' } };

export const UNTRANSLATED: readonly NamedAccess[] = [OPEN, FIREWALLED, UDP_BLOCKED];

/** Everything that a lab has a name for, in the order in which every table shows it. */
export const ALL_ACCESSES: readonly (NatProfile | NamedAccess)[] = [...CLASSIC_NATS, ...HARD_NATS, ...UNTRANSLATED];

/** The access of hosts behind this one NAT, under its name. */
export function behindNat(profile: NatProfile): NamedAccess {
  return { name: profile.name, access: { kind: 'nat', layers: [profile] } };
}
