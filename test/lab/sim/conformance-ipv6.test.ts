/** The simulated accesses to IPv6 are held to what they are by the suite that also holds the container lab's; and so are those of IPv4 that translate nothing. */
import { describe, expect, it } from 'vitest';
import { observe } from '../../../lab/conformance.ts';
import { askedOf, mismatches } from '../../../lab/mismatches.ts';
import {
  type AccessProfile,
  CLASSIC_NATS,
  dualStack,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  type Ipv6Access,
  type NamedIpv6Access,
  type NatProfile,
  PORT_RESTRICTED,
} from '../../../lab/profiles.ts';
import { pass } from '../../../lab/sim/network/middlebox.ts';
import { createSimBed } from '../../../lab/sim/site/bed.ts';
import type { BoxAccess } from '../../../lab/sim/site/site.ts';
import { DEPENDENCIES } from '../../../src/nat/behavior.ts';
import { seeds } from '../../runs.ts';

const SEEDS = seeds(20);

function askedFor({ name, access }: { readonly name: string; readonly access: AccessProfile | Ipv6Access }) {
  const asked = askedOf(name, access);
  if (!asked) throw new Error(`${name} lets no UDP through`);
  return asked;
}

/** Where `actual` is not what `asked` says, over IPv6. */
async function differences(asked: NamedIpv6Access, actual: Ipv6Access | BoxAccess): Promise<readonly string[]> {
  return mismatches(askedFor(asked), await observe(createSimBed({ seed: 1, access: actual, family: 'IPv6' })));
}

const [OPEN, TRANSPARENT, FIREWALL, NAT66] = IPV6_ACCESSES as readonly [
  NamedIpv6Access,
  NamedIpv6Access,
  NamedIpv6Access,
  NamedIpv6Access,
];

describe('the conformance of the simulated accesses to IPv6', () => {
  it.each(IPV6_ACCESSES)('holds with IPv6 alone: $name', async (one) => {
    for (const seed of SEEDS) {
      const bed = createSimBed({ seed, access: one, family: 'IPv6' });
      expect(mismatches(askedFor(one), await observe(bed))).toEqual([]);
    }
  });

  it.each(IPV6_ACCESSES)('holds beside each NAT of IPv4, which is held to its profile too: $name', async (one) => {
    for (const nat of CLASSIC_NATS) {
      const access = dualStack(nat, one);
      for (const seed of SEEDS.slice(0, 5)) {
        const bedOf = (family: 'IPv4' | 'IPv6') => createSimBed({ seed, access, family });
        expect(mismatches(askedFor(one), await observe(bedOf('IPv6')))).toEqual([]);
        expect(mismatches(nat, await observe(bedOf('IPv4')))).toEqual([]);
      }
    }
  });

  it.each(DEPENDENCIES)('holds of a firewall with %s filtering, in both families', async (filtering) => {
    const access = { kind: 'firewall', filtering, lifetimeMs: 120_000 } as const;
    for (const family of ['IPv4', 'IPv6'] as const) {
      const observation = await observe(createSimBed({ seed: 1, access, family }));
      expect(mismatches(askedFor({ name: 'firewall', access }), observation)).toEqual([]);
    }
  });

  it('has nothing to say of an access that lets nothing through', async () => {
    expect(askedOf(IPV6_DROPPED.name, IPV6_DROPPED.access)).toBeNull();
    await expect(observe(createSimBed({ seed: 1, access: IPV6_DROPPED, family: 'IPv6' }))).rejects.toThrow(
      'nothing from the client reaches [2001:db8::10]:3478',
    );
  });
});

const TRANSLATED = 'keepsAddress: asked true, got false';
const UNTRANSLATED = 'keepsAddress: asked false, got true';
const unsolicited = (asked: string, got: string): string => `unsolicited: asked ${asked}, got ${got}`;
const filtering = (asked: string, got: string): string => `filtering: asked ${asked}, got ${got}`;
const [ANY, , STRICT] = DEPENDENCIES;

describe('the suite finds out a wrong access:', () => {
  it.each<[asked: NamedIpv6Access, actual: NamedIpv6Access, lines: readonly string[]]>([
    [OPEN, TRANSPARENT, [unsolicited('let-in', 'dropped')]],
    [OPEN, FIREWALL, [filtering(ANY, STRICT), unsolicited('let-in', 'dropped')]],
    [OPEN, NAT66, [filtering(ANY, STRICT), unsolicited('let-in', 'dropped'), TRANSLATED]],
    [TRANSPARENT, OPEN, [unsolicited('dropped', 'let-in')]],
    [TRANSPARENT, FIREWALL, [filtering(ANY, STRICT)]],
    [TRANSPARENT, NAT66, [filtering(ANY, STRICT), TRANSLATED]],
    [FIREWALL, OPEN, [filtering(STRICT, ANY), unsolicited('dropped', 'let-in')]],
    [FIREWALL, TRANSPARENT, [filtering(STRICT, ANY)]],
    [FIREWALL, NAT66, [TRANSLATED]],
    [
      NAT66,
      OPEN,
      [filtering(STRICT, ANY), `hairpin: asked none, got ${ANY}`, unsolicited('dropped', 'let-in'), UNTRANSLATED],
    ],
    [NAT66, TRANSPARENT, [filtering(STRICT, ANY), `hairpin: asked none, got ${ANY}`, UNTRANSLATED]],
    [NAT66, FIREWALL, [`hairpin: asked none, got ${ANY}`, UNTRANSLATED]],
  ])('$0.name asked, $1.name there', async (asked, actual, lines) => {
    expect(await differences(asked, actual.access)).toEqual(lines.map((line) => `${asked.name}: ${line}`));
  });

  it.each<[flaw: string, nat: Partial<NatProfile>, line: string]>([
    ['symmetric', { mapping: STRICT, ports: 'random' }, `mapping: asked ${ANY}, got ${STRICT}`],
    ['lets in too many', { filtering: 'address-dependent' }, filtering(STRICT, 'address-dependent')],
    ['remembers early packets', { inboundFirst: true }, 'early: asked forgotten, got changes-port'],
    ['hairpins', { hairpin: true }, `hairpin: asked none, got ${STRICT}`],
    ['has several addresses', { poolSize: 4, pooling: 'arbitrary' }, 'addresses: asked one, got several'],
  ])('a NAT66 that is %s', async (_flaw, nat, line) => {
    const wrong: Ipv6Access = { kind: 'nat', layers: [{ ...PORT_RESTRICTED, ...nat }] };
    expect(await differences(NAT66, wrong)).toContain(`nat66: ${line}`);
  });

  it('a prefix translation that is taken for none', async () => {
    expect(await differences(OPEN, { kind: 'box', createBox: createPrefixTranslation })).toEqual([
      `ipv6-open: ${TRANSLATED}`,
    ]);
  });

  it('ports that are changed without an address', async () => {
    const observation = await observe(createSimBed({ seed: 1, access: OPEN, family: 'IPv6' }));
    expect(mismatches(askedFor(OPEN), { ...observation, keepsPorts: false })).toEqual([
      'ipv6-open: keepsPorts: asked true, got false',
    ]);
  });
});

/** NPTv6 (RFC 6296) for one host: an address for each, both ways, and every port kept. */
function createPrefixTranslation({ addresses: [address], insideAddresses: [inside = '::'] }: BoxContext) {
  return {
    outbound: (_now, packet) => pass('outside', { ...packet, from: { ...packet.from, address } }),
    inbound: (_now, packet) => pass('inside', { ...packet, to: { ...packet.to, address: inside } }),
  } satisfies ReturnType<BoxAccess['createBox']>;
}

type BoxContext = Parameters<BoxAccess['createBox']>[0];
