/** Punches of hosts with both families, in the simulated network. */
import { describe, expect, it } from 'vitest';
import {
  CLASSIC_NATS,
  dualStack,
  INBOUND_FIRST,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  type NamedAccess,
  type NatProfile,
  PORT_RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_SEQUENTIAL,
} from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { punchInSim, type SimPunch } from '../../../../lab/sim/punch/punch.ts';
import type { SimPunchSide } from '../../../../lab/sim/punch/side.ts';
import { type Family, familyOf } from '../../../../src/endpoint.ts';
import { seeds } from '../../../runs.ts';

const SEEDS = seeds(8);
const TIMEOUT_MS = 30_000;
const link = symmetricLink({ latencyMs: 25 });
const NATS = [...CLASSIC_NATS, SYMMETRIC_SEQUENTIAL, INBOUND_FIRST];
const [FIREWALL] = IPV6_ACCESSES.filter(({ name }) => name === 'ipv6-firewall');

function run(a: NamedAccess, b: NamedAccess, seed: number): SimPunch {
  return punchInSim({ a, b, seed, linkA: link, linkB: link });
}

function familyIn({ endpoints }: SimPunchSide): Family | null {
  return endpoints && familyOf(endpoints.remote.address);
}

const summaryOf = ({ a, b }: SimPunch): readonly unknown[] => [a, b].map((side) => [side.outcome, familyIn(side)]);

function alone(nat: NatProfile): NamedAccess {
  return { name: nat.name, access: { kind: 'nat', layers: [nat] } };
}

describe('two symmetric NATs, which IPv4 does not open', { timeout: TIMEOUT_MS }, () => {
  const pairs = IPV6_ACCESSES.flatMap((a) => IPV6_ACCESSES.map((b) => ({ a, b, title: `${a.name} × ${b.name}` })));

  it.each(pairs)('$title: IPv6 opens them in every run', ({ a, b }) => {
    for (const seed of SEEDS) {
      const punched = run(dualStack(SYMMETRIC, a), dualStack(SYMMETRIC, b), seed);
      expect(summaryOf(punched), `seed ${seed}`).toEqual([
        ['direct', 'IPv6'],
        ['direct', 'IPv6'],
      ]);
    }
  });

  it('are opened by the checks alone, whatever would be tried over IPv4', () => {
    if (!FIREWALL) throw new Error('no such access');
    const { a, b } = run(dualStack(SYMMETRIC, FIREWALL), dualStack(PORT_RESTRICTED, FIREWALL), 1);
    expect([a, b].map(({ outcome, technique }) => [outcome, technique])).toEqual([
      ['direct', 'host'],
      ['direct', 'host'],
    ]);
  });

  it('have a plan that names what is not known of IPv6, which is tried all the same', () => {
    const [nat66] = IPV6_ACCESSES.filter(({ name }) => name === 'nat66');
    if (!nat66) throw new Error('no such access');
    const { plan } = run(dualStack(SYMMETRIC, nat66), dualStack(SYMMETRIC, nat66), 1);
    expect(plan).toMatchObject({
      technique: 'simultaneous-open',
      probability: null,
      text: 'the server has seen both a and b over IPv6, where too little is known about the NAT of a and that of b to say more (over IPv4, a and b are both behind symmetric NATs, whose ports cannot be predicted: only a relay gets through, unless one side moves behind a different NAT)',
      otherwise: { technique: 'relay' },
    });
  });

  it('have a plan that says so, and what would be tried over IPv4', () => {
    if (!FIREWALL) throw new Error('no such access');
    const { plan } = run(dualStack(SYMMETRIC, FIREWALL), dualStack(SYMMETRIC, FIREWALL), 1);
    expect(plan).toMatchObject({
      technique: 'simultaneous-open',
      probability: 1,
      text: 'the server has seen both a and b over IPv6, which can be opened from both sides (over IPv4, a and b are both behind symmetric NATs, whose ports cannot be predicted: only a relay gets through, unless one side moves behind a different NAT)',
      otherwise: { technique: 'relay', probability: 0 },
    });
  });
});

describe('two sides whom both families open alike', { timeout: TIMEOUT_MS }, () => {
  it.each([...CLASSIC_NATS.slice(0, 3), INBOUND_FIRST])('$name: the path is over IPv6', (nat) => {
    if (!FIREWALL) throw new Error('no such access');
    for (const seed of SEEDS) {
      const punched = run(dualStack(nat, FIREWALL), dualStack(nat, FIREWALL), seed);
      expect(summaryOf(punched), `seed ${seed}`).toEqual([
        ['direct', 'IPv6'],
        ['direct', 'IPv6'],
      ]);
    }
  });
});

describe('IPv6 that is announced and dropped, on one side or both', { timeout: TIMEOUT_MS }, () => {
  const pairs = NATS.flatMap((a, index) => NATS.slice(index).map((b) => ({ a, b, title: `${a.name} × ${b.name}` })));

  it.each(pairs)('$title: IPv4 comes to the same, and no more than 100 ms later', ({ a, b }) => {
    for (const seed of SEEDS.slice(0, 5)) {
      const { a: sole, b: other } = run(alone(a), alone(b), seed);
      const opened = run(dualStack(a, IPV6_DROPPED), dualStack(b, IPV6_DROPPED), seed);
      expect(summaryOf(opened), `seed ${seed}`).toEqual([
        [sole.outcome, familyIn(sole)],
        [other.outcome, familyIn(other)],
      ]);
      // A birthday takes as long as chance wants, in either run.
      if (sole.outcome === 'direct' && opened.plan?.technique !== 'birthday')
        expect(opened.a.ms - sole.ms, `seed ${seed}`).toBeLessThanOrEqual(100);
    }
  });

  it('a side with IPv6 that works meets one whose IPv6 is dropped over IPv4', () => {
    if (!FIREWALL) throw new Error('no such access');
    const punched = run(dualStack(SYMMETRIC_SEQUENTIAL, FIREWALL), dualStack(INBOUND_FIRST, IPV6_DROPPED), 1);
    expect(summaryOf(punched)).toMatchObject([
      [expect.any(String), 'IPv4'],
      [expect.any(String), 'IPv4'],
    ]);
  });
});

describe('IPv6 by NATs of which it is not known what they do', { timeout: TIMEOUT_MS }, () => {
  it.each([SYMMETRIC, SYMMETRIC_SEQUENTIAL])('goes ahead of a technique of many packets: $name', (nat) => {
    const [nat66] = IPV6_ACCESSES.filter(({ name }) => name === 'nat66');
    if (!nat66) throw new Error('no such access');
    for (const seed of SEEDS) {
      const punched = run(dualStack(nat, nat66), dualStack(PORT_RESTRICTED, nat66), seed);
      expect(summaryOf(punched), `seed ${seed}`).toEqual([
        ['direct', 'IPv6'],
        ['direct', 'IPv6'],
      ]);
    }
  });
});
