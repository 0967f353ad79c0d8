/** The real discovery session against the real responder, through every kind of access: exactly the profile comes out. */
import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  CLASSIC_NATS,
  FULL_CONE,
  type NatProfile,
  PORT_RESTRICTED,
} from '../../../../lab/profiles.ts';
import { detectInSim } from '../../../../lab/sim/detect/detect.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import type { TraceEntry } from '../../../../lab/sim/network/trace.ts';
import { DEPENDENCIES, type Dependency } from '../../../../src/nat/behavior.ts';
import type { VerdictType } from '../../../../src/nat/verdict.ts';
import { seeds } from '../../../runs.ts';

const SEEDS = seeds(25);
const PORT_ASSIGNMENTS = ['preserved', 'sequential', 'random', 'block'] as const;

/** What comes out: verdict, mapping and filtering, over all seeds, on a link without loss; each different row once. */
function rowsOf(access: AccessProfile): readonly string[] {
  const link = symmetricLink({ latencyMs: 40, jitterMs: 10 });
  const rows = SEEDS.map((seed) => {
    const { verdict, mapping, filtering } = detectInSim({ access, seed, link });
    return `${verdict.type}: ${mapping.behavior}, ${filtering.behavior}`;
  });
  return [...new Set(rows)];
}

const VERDICTS: Readonly<Record<Dependency, Readonly<Record<Dependency, VerdictType>>>> = {
  'endpoint-independent': {
    'endpoint-independent': 'full-cone',
    'address-dependent': 'restricted',
    'address-and-port-dependent': 'port-restricted',
  },
  'address-dependent': {
    'endpoint-independent': 'symmetric',
    'address-dependent': 'symmetric',
    'address-and-port-dependent': 'symmetric',
  },
  'address-and-port-dependent': {
    'endpoint-independent': 'symmetric',
    'address-dependent': 'symmetric',
    'address-and-port-dependent': 'symmetric',
  },
};

describe('detection without loss', () => {
  const cells = DEPENDENCIES.flatMap((mapping) => DEPENDENCIES.map((filtering) => [mapping, filtering] as const));

  it.each(cells)('names a NAT with %s mapping and %s filtering, however it assigns ports', (mapping, filtering) => {
    for (const ports of PORT_ASSIGNMENTS) {
      const nat: NatProfile = { ...FULL_CONE, name: 'nat', mapping, filtering, ports };
      expect(rowsOf({ kind: 'nat', layers: [nat] })).toEqual([
        `${VERDICTS[mapping][filtering]}: ${mapping}, ${filtering}`,
      ]);
    }
  });

  it.each(cells)('names the same behind a second NAT that is a full cone: %s, %s', (mapping, filtering) => {
    const nat: NatProfile = { ...FULL_CONE, name: 'nat', mapping, filtering, ports: 'random' };
    const expected = [`${VERDICTS[mapping][filtering]}: ${mapping}, ${filtering}`];
    expect(rowsOf({ kind: 'nat', layers: [nat, FULL_CONE] })).toEqual(expected);
    expect(rowsOf({ kind: 'nat', layers: [FULL_CONE, nat] })).toEqual(expected);
  });

  it.each(CLASSIC_NATS.map((nat) => [nat.name, nat] as const))('names %s by its classic name', (name, nat) => {
    for (const seed of SEEDS) {
      expect(detectInSim({ access: { kind: 'nat', layers: [nat] }, seed }).verdict).toEqual({
        type: name,
        reason: null,
      });
    }
  });

  it('names a host without NAT and firewall open', () => {
    expect(rowsOf({ kind: 'open' })).toEqual(['open: none, endpoint-independent']);
  });

  it.each<[Dependency, VerdictType]>([
    ['endpoint-independent', 'open'],
    ['address-dependent', 'firewalled'],
    ['address-and-port-dependent', 'firewalled'],
  ])('names a firewall with %s filtering %s', (filtering, expected) => {
    expect(rowsOf({ kind: 'firewall', filtering, lifetimeMs: 30_000 })).toEqual([`${expected}: none, ${filtering}`]);
  });

  it('says that UDP is blocked when the server lives', () => {
    expect(rowsOf({ kind: 'udp-blocked' })).toEqual(['udp-blocked: undetermined, undetermined']);
  });
});

describe('a simulated detection', () => {
  const access: AccessProfile = { kind: 'nat', layers: [PORT_RESTRICTED] };
  const rough = { latencyMs: 60, jitterMs: 40, loss: 0.1, reordering: 0.1, holdMs: 80, duplication: 0.1 };
  const runOf = (seed: number) => {
    const trace: TraceEntry[] = [];
    const report = detectInSim({ access, seed, link: symmetricLink(rough), trace: (entry) => trace.push(entry) });
    return { report, trace };
  };

  it('is the same to the last packet for the same seed', () => {
    expect(runOf(1)).toEqual(runOf(1));
  });

  it('is another one for another seed', () => {
    expect(runOf(1).trace).not.toEqual(runOf(2).trace);
  });

  it('meets loss, reordering and duplicates', () => {
    const { trace } = runOf(1);
    const arrivals = trace.filter(({ event, place }) => event === 'delivered' && place === 'client');
    const drops = new Set(trace.flatMap((entry) => (entry.event === 'dropped' ? entry.why : [])));
    // Nothing leads to the sockets that send nothing.
    expect(drops).toEqual(new Set(['loss', 'filtered', 'no-mapping']));
    expect(trace.some(({ event }) => event === 'duplicated')).toBe(true);
    expect(arrivals.length).toBeGreaterThan(10);
  });
});
