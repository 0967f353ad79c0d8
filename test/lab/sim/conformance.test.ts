/** The simulated NATs are held to their profiles by the suite that also holds the container lab's to them. */
import { describe, expect, it } from 'vitest';
import { type ConformanceBed, observe } from '../../../lab/conformance.ts';
import { FURTHER_NATS, PORT_PARITY } from '../../../lab/further-nats.ts';
import { mismatches } from '../../../lab/mismatches.ts';
import {
  DYNAMIC,
  FULL_CONE,
  INBOUND_FIRST,
  type NatProfile,
  PORT_RESTRICTED,
  RESTRICTED,
  STATIC,
  STATIC_FILTERED,
  SYMMETRIC,
  SYMMETRIC_ADDRESS,
  SYMMETRIC_BLOCK,
  SYMMETRIC_SEQUENTIAL,
  TRANSLATIONS,
} from '../../../lab/profiles.ts';
import { createNat } from '../../../lab/sim/nat/nat.ts';
import type { Middlebox } from '../../../lab/sim/network/middlebox.ts';
import { drop } from '../../../lab/sim/network/middlebox.ts';
import { createSimBed } from '../../../lab/sim/site/bed.ts';
import type { BoxAccess } from '../../../lab/sim/site/site.ts';
import type { Family } from '../../../src/endpoint.ts';
import { DEPENDENCIES } from '../../../src/nat/behavior.ts';
import {
  createInsideSourceHairpin,
  createOverloading,
  createRouterWideFilter,
  createUnfilteredHairpin,
} from './flawed-boxes.ts';

const PORT_ASSIGNMENTS = ['preserved', 'parity', 'sequential', 'random', 'block'] as const;

const PAIRS = DEPENDENCIES.flatMap((mapping) => DEPENDENCIES.map((filtering) => ({ mapping, filtering })));
const PROFILES: readonly NatProfile[] = PAIRS.flatMap((pair) =>
  PORT_ASSIGNMENTS.map((ports) => ({
    ...FULL_CONE,
    ...pair,
    ports,
    name: `${pair.mapping} / ${pair.filtering} / ${ports}`,
  })),
);

const bedOf = (profile: NatProfile, seed: number, family: Family = 'IPv4') =>
  createSimBed({ seed, access: profile, family });

/** A box of the test's making, with one public address. */
const bedOfBox = (createBox: BoxAccess['createBox']) => createSimBed({ seed: 1, access: { kind: 'box', createBox } });

it('a NAT that keeps ports is told so, though a socket has drawn the port that another host was given', async () => {
  const bed = bedOf(FULL_CONE, 1);
  let given = 0;
  const unlucky: ConformanceBed = {
    ...bed,
    outbound: async (socket, to) => {
      if (socket === 'pool-1') await bed.local(socket, given);
      const mapped = await bed.outbound(socket, to);
      if (socket === 'neighbour-same-port' && mapped) given = mapped.port;
      return mapped;
    },
  };
  expect(mismatches(FULL_CONE, await observe(unlucky))).toEqual([]);
  expect(given).toBeGreaterThan(0);
});

describe.each(['IPv4', 'IPv6'] as const)('conformance of the simulated NATs over %s', (family) => {
  it.each(PROFILES.map((profile) => [profile.name, profile] as const))('%s', async (_name, profile) => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(mismatches(profile, await observe(bedOf(profile, seed, family)))).toEqual([]);
    }
  });

  it.each([
    SYMMETRIC_SEQUENTIAL,
    { ...SYMMETRIC_SEQUENTIAL, name: 'counting down by two', portStep: -2 },
    SYMMETRIC_ADDRESS,
    SYMMETRIC_BLOCK,
    { ...SYMMETRIC_BLOCK, name: 'a block of eight', blockSize: 8 },
    INBOUND_FIRST,
    { ...RESTRICTED, name: 'restricted, inbound first', inboundFirst: true },
    ...FURTHER_NATS,
    ...TRANSLATIONS,
    { ...STATIC, name: 'static, restricted', filtering: 'address-dependent' },
    { ...STATIC, name: 'static that hairpins', hairpin: true },
    { ...STATIC_FILTERED, name: 'static, filtered, that hairpins', hairpin: true },
  ] satisfies readonly NatProfile[])('$name', async (profile) => {
    for (let seed = 1; seed <= 50; seed++) {
      expect(mismatches(profile, await observe(bedOf(profile, seed, family)))).toEqual([]);
    }
  });

  it.each(['paired', 'arbitrary'] as const)('holds with a pool of four addresses, %s', async (pooling) => {
    for (const one of PROFILES) {
      const profile = { ...one, poolSize: 4, pooling };
      for (let seed = 1; seed <= 20; seed++) {
        expect(mismatches(profile, await observe(bedOf(profile, seed, family)))).toEqual([]);
      }
    }
  });

  it.for(DEPENDENCIES)('holds hairpinning to the filter: %s', async (filtering) => {
    for (const ports of PORT_ASSIGNMENTS) {
      for (let seed = 1; seed <= 20; seed++) {
        const profile = { ...FULL_CONE, filtering, ports, hairpin: true };
        const observation = await observe(bedOf(profile, seed, family));
        expect(observation.hairpin).toBe(filtering);
        expect(mismatches(profile, observation)).toEqual([]);
      }
    }
  });
});

describe('the suite', () => {
  it('reports a NAT that hairpins and should not, and the reverse', async () => {
    const hairpinning: NatProfile = { ...RESTRICTED, hairpin: true };
    expect(mismatches(RESTRICTED, await observe(bedOf(hairpinning, 1)))).toEqual([
      'restricted: hairpin: asked none, got address-dependent',
    ]);
    expect(mismatches(hairpinning, await observe(bedOf(RESTRICTED, 1)))).toEqual([
      'restricted: hairpin: asked address-dependent, got none',
    ]);
  });

  it('reports a NAT that hairpins past its filter', async () => {
    const bed = bedOfBox(createUnfilteredHairpin);
    expect(mismatches({ ...PORT_RESTRICTED, hairpin: true }, await observe(bed))).toEqual([
      'port-restricted: hairpin: asked address-and-port-dependent, got endpoint-independent',
    ]);
  });

  it("reports a NAT that hairpins with the sender's inside address as source", async () => {
    const bed = bedOfBox(createInsideSourceHairpin);
    expect(mismatches({ ...FULL_CONE, hairpin: true }, await observe(bed))).toEqual([
      'full-cone: hairpin: asked endpoint-independent, got other-source',
    ]);
  });

  it.each([
    { actual: PORT_RESTRICTED, asked: INBOUND_FIRST, early: 'asked changes-port, got forgotten' },
    { actual: INBOUND_FIRST, asked: PORT_RESTRICTED, early: 'asked forgotten, got changes-port' },
  ])('reports that $actual.name is no $asked.name', async ({ actual, asked, early }) => {
    expect(mismatches(asked, await observe(bedOf(actual, 1)))).toEqual([`${asked.name}: early: ${early}`]);
  });

  it.each<{ actual: NatProfile; asked: NatProfile }>([
    { actual: SYMMETRIC, asked: SYMMETRIC_SEQUENTIAL },
    { actual: SYMMETRIC, asked: SYMMETRIC_BLOCK },
    { actual: SYMMETRIC_SEQUENTIAL, asked: SYMMETRIC },
    { actual: SYMMETRIC_SEQUENTIAL, asked: { ...SYMMETRIC_SEQUENTIAL, name: 'by steps of two', portStep: 2 } },
    {
      actual: SYMMETRIC_ADDRESS,
      asked: { ...SYMMETRIC_ADDRESS, name: 'a block of one', ports: 'block', blockSize: 1 },
    },
  ])('reports that the ports of $actual.name are not those of $asked.name', async ({ actual, asked }) => {
    const observation = await observe(bedOf(actual, 1));
    const ports = new Set(observation.mapped.map(({ port }) => port));
    expect(mismatches(asked, observation)).toEqual([
      `${asked.name}: ports: asked ${asked.ports}, got ${[...ports].join(', ')}`,
    ]);
  });

  it.each<{ actual: NatProfile; asked: NatProfile; line: string }>([
    { actual: STATIC, asked: { ...FULL_CONE, poolSize: 2 }, line: 'unsolicited: asked dropped, got let-in' },
    { actual: { ...FULL_CONE, poolSize: 2 }, asked: STATIC, line: 'unsolicited: asked let-in, got dropped' },
    {
      actual: STATIC,
      asked: { ...STATIC, poolSize: 2, pooling: 'arbitrary' },
      line: 'addresses: asked several, got one',
    },
    { actual: DYNAMIC, asked: { ...DYNAMIC, pooling: 'paired' }, line: 'addresses: asked one, got several' },
    {
      actual: { ...DYNAMIC, translation: 'napt', ports: 'random' },
      asked: DYNAMIC,
      line: 'keepsPorts: asked true, got false',
    },
  ])('reports that $actual.name does not translate as $asked.name: $line', async ({ actual, asked, line }) => {
    expect(mismatches(asked, await observe(bedOf(actual, 1)))).toEqual([`${asked.name}: ${line}`]);
  });

  it.each<{ actual: NatProfile; asked: NatProfile; line: string }>([
    { actual: PORT_RESTRICTED, asked: PORT_PARITY, line: 'keepsPorts: asked false, got true' },
    { actual: PORT_PARITY, asked: PORT_RESTRICTED, line: 'keepsPorts: asked true, got false' },
    {
      actual: { ...PORT_PARITY, name: 'drawn', ports: 'random' },
      asked: PORT_PARITY,
      line: 'keepsParity: asked true, got false',
    },
  ])('reports that $actual.name does not choose ports as $asked.name', async ({ actual, asked, line }) => {
    expect(mismatches(asked, await observe(bedOf(actual, 1)))).toEqual([`${asked.name}: ${line}`]);
  });

  it('reports a NAT that gives two hosts with one port the same public endpoint', async () => {
    const bed = bedOfBox(createOverloading);
    expect(mismatches(PORT_RESTRICTED, await observe(bed))).toEqual([
      'port-restricted: collision: asked avoided, got overloaded',
    ]);
  });

  it('reports a NAT of another kind, on both axes', async () => {
    expect(mismatches(FULL_CONE, await observe(bedOf(SYMMETRIC, 1)))).toEqual([
      'full-cone: mapping: asked endpoint-independent, got address-and-port-dependent',
      'full-cone: filtering: asked endpoint-independent, got address-and-port-dependent',
      'full-cone: keepsPorts: asked true, got false',
    ]);
  });

  it('reports a filter that is one set for the whole router instead of one per mapping', async () => {
    const bed = bedOfBox(createRouterWideFilter);
    expect(mismatches(RESTRICTED, await observe(bed))).toEqual([
      'restricted: filtering: asked address-dependent, got endpoint-independent',
    ]);
  });

  it('fails when the client comes out of no public endpoint', async () => {
    const block: Middlebox = { outbound: () => drop('udp-blocked'), inbound: () => drop('udp-blocked') };
    const bed = bedOfBox(() => block);
    await expect(observe(bed)).rejects.toThrow('nothing from the client reaches 203.0.113.10:3478');
  });

  it('fails when nothing comes back from where the client has sent to', async () => {
    const bed = bedOfBox((context) => {
      const nat = createNat({ profile: FULL_CONE, ...context });
      return { outbound: nat.outbound, inbound: () => drop('filtered') };
    });
    await expect(observe(bed)).rejects.toThrow('nothing comes back from 203.0.113.10:3478');
  });
});
