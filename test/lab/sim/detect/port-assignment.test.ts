/** Port assignment and pooling as detected through simulated NATs: exactly the profile comes out, also with a noisy neighbour. */
import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  FULL_CONE,
  type NatProfile,
  PORT_RESTRICTED,
  SYMMETRIC,
} from '../../../../lab/profiles.ts';
import { detectInSim, type SimDetection } from '../../../../lab/sim/detect/detect.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { SERVER_FAULTS } from '../../../../lab/sim/server/server-fault.ts';
import { LAB_LAYOUT, type Respond } from '../../../../lab/sim/server/stun-server.ts';
import { respond } from '../../../../server/stun/decisions/responder.ts';
import { DEPENDENCIES } from '../../../../src/nat/behavior.ts';
import type { DetectReport } from '../../../../src/nat/report.ts';
import { seeds } from '../../../runs.ts';

const SEEDS = seeds(12);
const LINK = symmetricLink({ latencyMs: 40, jitterMs: 10 });
const LOSSY = symmetricLink({ latencyMs: 40, jitterMs: 10, loss: 0.1, reordering: 0.03, holdMs: 30 });
/** Almost three mappings between any two of the client's. */
const NOISY_GAP_MS = 0.7;

const behind = (...layers: readonly [NatProfile, ...NatProfile[]]): AccessProfile => ({ kind: 'nat', layers });

/** What comes out over all seeds, each different text once. */
function outcomes(
  access: AccessProfile,
  textOf: (report: DetectReport) => string,
  options: Partial<SimDetection> = {},
): readonly string[] {
  const texts = SEEDS.map((seed) => textOf(detectInSim({ access, seed, link: LINK, ...options })));
  return [...new Set(texts)];
}
const kindOf = ({ allocation: { kind, step, reason } }: DetectReport): string =>
  [kind, step, reason].filter((one) => one !== null).join(' ');
const poolingOf = ({ pooling }: DetectReport): string => pooling.behavior;

const PORT_ASSIGNMENTS: readonly (readonly [string, Partial<NatProfile>])[] = [
  ['sequential 1', { ports: 'sequential' }],
  ['sequential 2', { ports: 'sequential', portStep: 2 }],
  ['sequential -1', { ports: 'sequential', portStep: -1 }],
  ['range', { ports: 'block', blockSize: 2048 }],
  ['random', { ports: 'random' }],
];
const CELLS = DEPENDENCIES.flatMap((mapping) =>
  PORT_ASSIGNMENTS.map(([expected, ports]) => [mapping, expected, { ...PORT_RESTRICTED, mapping, ...ports }] as const),
);

describe('the assignment of ports', () => {
  it.each(CELLS)('with %s mapping is %s', (_mapping, expected, nat) => {
    expect(outcomes(behind(nat), kindOf)).toEqual([expected]);
  });

  it.each(['address-dependent', 'address-and-port-dependent'] as const)(
    'with %s mapping and a counter in each socket is told from one counter for all',
    (mapping) => {
      const perSocketOf = ({ allocation }: DetectReport): string =>
        `${allocation.kind} ${allocation.kind === 'sequential' && allocation.perSocket}`;
      const profile: NatProfile = { ...PORT_RESTRICTED, mapping, ports: 'socket-sequential' };
      expect(outcomes(behind(profile), perSocketOf)).toEqual(['sequential true']);
      expect(outcomes(behind({ ...profile, ports: 'sequential' }), perSocketOf)).toEqual(['sequential undefined']);
    },
  );

  it.each(CELLS)('with %s mapping is %s, too, at a loss of 10 % each way', (_mapping, expected, nat) => {
    expect(outcomes(behind(nat), kindOf, { link: LOSSY })).toEqual([expected]);
  });

  it.each(CELLS)('with %s mapping is %s, too, beside a noisy neighbour', (_mapping, expected, nat) => {
    expect(outcomes(behind(nat), kindOf, { neighbourGapMs: NOISY_GAP_MS })).toEqual([expected]);
  });

  it('is preserved when each socket keeps its port', () => {
    expect(outcomes(behind(FULL_CONE), kindOf)).toEqual(['preserved']);
    expect(outcomes(behind(FULL_CONE), kindOf, { link: LOSSY, neighbourGapMs: 5 })).toEqual(['preserved']);
  });

  it('is not preserved when only the first destination of a socket gets the same port', () => {
    const nat: NatProfile = { ...SYMMETRIC, ports: 'preserved' };
    const { allocation } = detectInSim({ access: behind(nat), seed: 1, link: LINK });
    expect(allocation.kind).toBe('random');
    const first = allocation.samples.slice(0, 12);
    expect(first.map(({ port }) => port)).toEqual(first.map(({ internalPort }) => internalPort));
  });

  it('is that of the last NAT in a row which does not preserve ports', () => {
    const counting: NatProfile = { ...PORT_RESTRICTED, ports: 'sequential', portStep: 3 };
    const drawing: NatProfile = { ...PORT_RESTRICTED, ports: 'random' };
    expect(outcomes(behind(counting, FULL_CONE), kindOf)).toEqual(['sequential 3']);
    expect(outcomes(behind(FULL_CONE, counting), kindOf)).toEqual(['sequential 3']);
    expect(outcomes(behind(drawing, counting), kindOf)).toEqual(['sequential 3']);
    expect(outcomes(behind(counting, drawing), kindOf)).toEqual(['random']);
  });

  it('is none without a NAT, and nobody is asked for it', () => {
    const firewall: AccessProfile = { kind: 'firewall', filtering: 'address-dependent', lifetimeMs: 30_000 };
    for (const access of [{ kind: 'open' } as const, firewall]) {
      const { allocation, probes } = detectInSim({ access, seed: 1, link: LINK });
      expect(allocation).toEqual({ kind: 'none', step: null, range: null, samples: [], reason: null });
      expect(probes.filter(({ test }) => test.startsWith('allocation'))).toEqual([]);
    }
  });

  it('names the block that a host has to itself', () => {
    // Blocks of the lab begin at multiples of their size, as those of carriers do (RFC 7422).
    const nat: NatProfile = { ...PORT_RESTRICTED, ports: 'block', blockSize: 1024 };
    const exact = SEEDS.filter((seed) => {
      const { range, samples } = detectInSim({ access: behind(nat), seed, link: LINK }).allocation;
      if (!range) throw new Error(`seed ${seed} has no range`);
      const first = Math.floor((samples[0]?.port ?? 0) / 1024) * 1024;
      expect(range.first).toBeGreaterThanOrEqual(first - 200);
      expect(range.last).toBeLessThanOrEqual(first + 1023 + 200);
      return range.first === first && range.last === first + 1023;
    });
    expect(exact.length).toBeGreaterThan(SEEDS.length * 0.9);
  });

  it('comes with its samples in the order of sending', () => {
    const nat: NatProfile = { ...PORT_RESTRICTED, mapping: 'address-and-port-dependent', ports: 'sequential' };
    const { allocation, local } = detectInSim({ access: behind(nat), seed: 1, link: symmetricLink({ latencyMs: 20 }) });
    const [primary, alternate] = LAB_LAYOUT.addresses;
    expect(allocation.samples.map(({ socket, to }) => `${socket} ${to}`)).toEqual([
      ...Array.from({ length: 12 }, (_, index) => `allocation-${index + 1} ${primary}:${LAB_LAYOUT.port}`),
      ...Array.from({ length: 12 }, (_, index) => `allocation-${index + 1} ${alternate}:${LAB_LAYOUT.altPort}`),
    ]);
    // The first one leaves when the server has answered; each of the others two milliseconds after the one before it.
    expect(allocation.samples.slice(0, 12).map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 12 }, (_, index) => 40 + 2 * index),
    );
    const ports = allocation.samples.slice(12).map(({ port }) => port);
    expect(ports).toEqual(ports.map((_, index) => (ports[0] ?? 0) + index));
    expect(allocation.samples.map(({ internalPort }) => internalPort)).not.toContain(local?.port);
  });

  it('is undetermined when the mapping is, with its reason', () => {
    const oneAddress = { layout: { ...LAB_LAYOUT, addresses: ['203.0.113.10'] } } as const;
    expect(outcomes(behind(FULL_CONE), kindOf, oneAddress)).toEqual(['undetermined server-has-one-address']);
    const mute = { respond: SERVER_FAULTS['mute alternate address'] };
    expect(outcomes(behind(FULL_CONE), kindOf, mute)).toEqual(['undetermined alternate-mute']);
    expect(outcomes({ kind: 'udp-blocked' }, kindOf)).toEqual(['undetermined udp-silent']);
  });

  it('is undetermined where the NAT has mappings for few sockets only, and leaves the verdict as it is', () => {
    const known = new Set<number>();
    const toThree: Respond = (now, layout, arrival) => {
      if (known.size < 3) known.add(arrival.remote.port);
      return known.has(arrival.remote.port) ? respond(now, layout, arrival) : { kind: 'drop', why: 'malformed' };
    };
    const report = detectInSim({ access: behind(FULL_CONE), seed: 1, respond: toThree });
    expect(report.verdict).toEqual({ type: 'full-cone', reason: null });
    expect(kindOf(report)).toBe('undetermined too-much-loss');
    // Seven sends of each: five 50 ms apart, then 100 and 200 ms.
    expect(report.elapsedMs).toBeLessThan(600);
  });

  it('does not make a detection longer than 50 ms beyond its other axes', () => {
    const { probes, elapsedMs } = detectInSim({ access: behind(FULL_CONE), seed: 1 });
    expect(probes.filter(({ test }) => test === 'allocation.first')).toHaveLength(12);
    expect(elapsedMs).toBeLessThanOrEqual(50);
  });
});

describe('the pooling of public addresses', () => {
  it('is of one address where there is one, or a pool that pairs', () => {
    expect(outcomes(behind(FULL_CONE), poolingOf)).toEqual(['one-address']);
    expect(outcomes(behind({ ...FULL_CONE, poolSize: 4 }), poolingOf)).toEqual(['one-address']);
    expect(outcomes({ kind: 'open' }, poolingOf)).toEqual(['one-address']);
  });

  it.each(DEPENDENCIES)('is arbitrary where sockets get any address of a pool: %s mapping', (mapping) => {
    const nat: NatProfile = { ...PORT_RESTRICTED, mapping, poolSize: 4, pooling: 'arbitrary' };
    expect(outcomes(behind(nat), poolingOf)).toEqual(['arbitrary']);
  });

  it('is undetermined when UDP is blocked', () => {
    expect(outcomes({ kind: 'udp-blocked' }, poolingOf)).toEqual(['undetermined']);
  });
});
