import { describe, expect, it } from 'vitest';
import { expectedVerdict, knownBehaviorOf, observedAccess } from '../../lab/known-behavior.ts';
import {
  type AccessProfile,
  CARRIER_GRADE,
  CLASSIC_NATS,
  dualStack,
  FULL_CONE,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  PORT_RESTRICTED,
  RESTRICTED,
  SYMMETRIC,
} from '../../lab/profiles.ts';

const nat = (...layers: [typeof FULL_CONE, ...(typeof FULL_CONE)[]]): AccessProfile => ({ kind: 'nat', layers });
const udp = (mapping: string, filtering: string) => ({ kind: 'udp', mapping, filtering });

describe('observed access', () => {
  it.each(CLASSIC_NATS.map((one) => [one.name, one] as const))('of one NAT is the NAT itself: %s', (_name, one) => {
    expect(observedAccess(nat(one))).toEqual(udp(one.mapping, one.filtering));
  });

  it('of nested NATs is the most dependent mapping and the most dependent filtering, whichever is inside', () => {
    const addressMapped = { ...FULL_CONE, mapping: 'address-dependent' } as const;
    const expected = udp('address-dependent', 'address-and-port-dependent');
    expect(observedAccess(nat(addressMapped, RESTRICTED, PORT_RESTRICTED))).toEqual(expected);
    expect(observedAccess(nat(PORT_RESTRICTED, RESTRICTED, addressMapped))).toEqual(expected);
    expect(observedAccess(nat(FULL_CONE, SYMMETRIC))).toEqual(
      udp('address-and-port-dependent', 'address-and-port-dependent'),
    );
  });

  it('of a host without NAT has no mapping', () => {
    expect(observedAccess({ kind: 'open' })).toEqual(udp('none', 'endpoint-independent'));
    const firewall = { kind: 'firewall', filtering: 'address-dependent', lifetimeMs: 30_000 } as const;
    expect(observedAccess(firewall)).toEqual(udp('none', 'address-dependent'));
  });

  it('of a network without UDP is that alone', () => {
    expect(observedAccess({ kind: 'udp-blocked' })).toEqual({ kind: 'no-udp' });
  });
});

describe('an access to IPv6', () => {
  const behavior = (mapping: string, filtering: string, ports: string) => ({
    ...udp(mapping, filtering),
    allocation: { kind: ports, step: null, range: null },
  });

  it('has a verdict of its own, and none where everything is dropped', () => {
    expect([...IPV6_ACCESSES, IPV6_DROPPED].map(({ name, access }) => [name, expectedVerdict(access)])).toEqual([
      ['ipv6-open', 'open'],
      ['ipv6-transparent', 'open'],
      ['ipv6-firewall', 'firewalled'],
      ['nat66', 'port-restricted'],
      ['nptv6', 'full-cone'],
      ['nptv6-firewall', 'port-restricted'],
      ['ipv6-dropped', 'inconclusive'],
    ]);
  });

  it('is known to the plan of a punch like any other, and is nothing to it where everything is dropped', () => {
    expect([...IPV6_ACCESSES, IPV6_DROPPED].map(({ access }) => knownBehaviorOf(access))).toEqual([
      behavior('none', 'endpoint-independent', 'none'),
      behavior('none', 'endpoint-independent', 'none'),
      behavior('none', 'address-and-port-dependent', 'none'),
      behavior('endpoint-independent', 'address-and-port-dependent', 'preserved'),
      behavior('endpoint-independent', 'endpoint-independent', 'preserved'),
      behavior('endpoint-independent', 'address-and-port-dependent', 'preserved'),
      null,
    ]);
  });

  it('stands beside a NAT, or beside whatever else there is a name for', () => {
    expect(dualStack(SYMMETRIC, IPV6_DROPPED)).toEqual({
      name: 'symmetric+ipv6-dropped',
      access: nat(SYMMETRIC),
      ipv6: { kind: 'dropped' },
    });
    expect(dualStack(CARRIER_GRADE, IPV6_DROPPED)).toEqual({
      name: 'carrier-grade+ipv6-dropped',
      access: CARRIER_GRADE.access,
      ipv6: { kind: 'dropped' },
    });
  });
});
