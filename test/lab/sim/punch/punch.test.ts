/** Punches in the simulated lab: every ordered pair over bad links (bench/punch/punch-sim.ts: more seeds), and single ones. */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, INBOUND_FIRST, PORT_RESTRICTED, SYMMETRIC } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import type { TraceEntry } from '../../../../lab/sim/network/trace.ts';
import { MAX_SKEW_MS, punchInSim } from '../../../../lab/sim/punch/punch.ts';
import { expectedProspect, PUNCH_PEERS, samplePunch, summarize } from '../../../../lab/sim/punch/sample.ts';
import { MIN_TA_MS } from '../../../../src/ice/checklist/pace.ts';
import { runs } from '../../../runs.ts';

const SEEDS = runs(60);
/** Each pair takes a tenth of a second; more where many tests share a core. */
const TIMEOUT_MS = 30_000;

/** Each takes some hundred packets, and one in thousands meets nobody. */
const BIRTHDAY_SEEDS = runs(12);

const pairs = PUNCH_PEERS.flatMap((a) => PUNCH_PEERS.map((b) => ({ a, b, expected: expectedProspect(a, b) })));
const titled = (some: typeof pairs) => some.map((pair) => ({ ...pair, title: `${pair.a.name} × ${pair.b.name}` }));
const openable = pairs.filter(({ expected }) => expected === 'direct');
const birthdays = pairs.filter(({ expected }) => expected === 'birthday');
const closed = pairs.filter(({ expected }) => expected === 'relay');
const sample = ({ a, b }: (typeof pairs)[number], seeds = SEEDS) =>
  Array.from({ length: seeds }, (_, index) => samplePunch({ a, b, seed: index + 1 }));

describe(`${SEEDS} punches at 5 to 200 ms one way per side, with jitter and 5 % loss`, { timeout: TIMEOUT_MS }, () => {
  it('are of 31 pairs that the seven steps open, four that a birthday does, and one that nothing does', () => {
    expect([openable.length, birthdays.length, closed.length]).toEqual([31, 4, 1]);
  });

  it.each(titled(openable))('$title: each opens on both sides', (pair) => {
    const summary = summarize(sample(pair));
    expect(summary).toMatchObject({ direct: SEEDS, oneSided: 0, failed: 0 });
    expect(summary.validRtts).toBeLessThanOrEqual(2);
    expect(summary.medianRtts).toBeLessThanOrEqual(2);
  });

  it.each(titled(birthdays))('$title: each is met by chance, on both sides', (pair) => {
    const samples = sample(pair, BIRTHDAY_SEEDS);
    expect(summarize(samples)).toMatchObject({ direct: BIRTHDAY_SEEDS, oneSided: 0, failed: 0 });
    expect(new Set(samples.flatMap(({ punch: { a, b } }) => [a.technique, b.technique]))).toEqual(
      new Set(['birthday']),
    );
  });

  it.each(titled(closed))('$title: each fails on both sides', (pair) => {
    expect(summarize(sample(pair))).toMatchObject({ direct: 0, oneSided: 0, failed: SEEDS });
  });
});

describe('one punch', () => {
  const behind = (profile: typeof FULL_CONE) => ({ kind: 'nat', layers: [profile] }) as const;
  const link = symmetricLink({ latencyMs: 25 });
  const links = { linkA: link, linkB: link };

  it('takes one and a half round trips, the pace of one check and the skew at the most, where nothing is lost', () => {
    const { a, b, skewMs } = punchInSim({ a: behind(PORT_RESTRICTED), b: behind(PORT_RESTRICTED), seed: 1, ...links });
    expect(a).toMatchObject({ outcome: 'direct', reason: null, technique: 'simultaneous-open', rttMs: 100 });
    expect(b).toMatchObject({ outcome: 'direct', reason: null, technique: 'simultaneous-open', rttMs: 100 });
    expect(skewMs).toBeLessThan(MAX_SKEW_MS);
    expect(Math.max(a.ms, b.ms)).toBeGreaterThanOrEqual(150);
    expect(Math.max(a.ms, b.ms)).toBeLessThanOrEqual(150 + 2 * MIN_TA_MS + MAX_SKEW_MS);
  });

  it('goes to the host candidate of a peer without NAT', () => {
    const { a, b } = punchInSim({ a: behind(PORT_RESTRICTED), b: { kind: 'open' }, seed: 1, ...links });
    expect([a.technique, b.technique]).toEqual(['host', 'simultaneous-open']);
  });

  it('gives up after nine seconds, with the reason, where no check comes through', () => {
    const { a, b, skewMs } = punchInSim({ a: behind(SYMMETRIC), b: behind(SYMMETRIC), seed: 1, ...links });
    for (const side of [a, b]) expect(side).toMatchObject({ outcome: 'failed', reason: 'no-answer', validMs: null });
    const [first = 0, second = 0] = [a.ms, b.ms].sort((x, y) => x - y);
    expect([first, second]).toEqual([9000, expect.closeTo(9000 + skewMs, 6)]);
  });

  it('by chance is named so by both sides, even where the response of the peer overtakes its probe', () => {
    const swapping = symmetricLink({ latencyMs: 0.1, jitterMs: 5 });
    const [a, b] = [behind(SYMMETRIC), behind(PORT_RESTRICTED)];
    // With this seed the first socket of the moving side is the one that meets the other side.
    const punch = punchInSim({ a, b, seed: 222, linkA: swapping, linkB: swapping, relay: true });
    expect([punch.a.technique, punch.b.technique]).toEqual(['birthday', 'birthday']);
  });

  it('through routers that answer inbound first is healed where a packet came too early', () => {
    const near = symmetricLink({ latencyMs: 0.1 });
    for (const other of [INBOUND_FIRST, PORT_RESTRICTED]) {
      const punches = Array.from({ length: 20 }, (_, seed) =>
        punchInSim({ a: behind(INBOUND_FIRST), b: behind(other), seed, linkA: near, linkB: near }),
      );
      expect(punches.flatMap(({ a, b }) => [a.outcome, b.outcome])).toEqual(Array(40).fill('direct'));
      // Those that were spoilt had to wait for the second try.
      expect(punches.filter(({ a }) => a.ms > 600).length).toBeGreaterThan(0);
    }
  });

  it('does not begin where one side has no UDP, and each is told whose fault it was', () => {
    const { a, b } = punchInSim({ a: behind(FULL_CONE), b: { kind: 'udp-blocked' }, seed: 1, ...links });
    expect([a.reason, b.reason]).toEqual(['no-peer', 'udp-silent']);
    expect([a.packetsSent, b.packetsSent]).toEqual([0, 0]);
  });

  it('is the same again from the same seed, and another from another', () => {
    const lossy = symmetricLink({ latencyMs: 25, jitterMs: 5, loss: 0.05 });
    const run = (seed: number) => {
      const entries: TraceEntry[] = [];
      const trace = (entry: TraceEntry): void => void entries.push(entry);
      const sides = { a: behind(PORT_RESTRICTED), b: behind(SYMMETRIC), linkA: lossy, linkB: lossy };
      return { punch: punchInSim({ ...sides, seed, trace }), entries };
    };
    expect(run(7)).toEqual(run(7));
    expect(run(8)).not.toEqual(run(7));
  });
});
