/** Whether the router remembers early packets, as a detection in the simulated lab finds out. */
import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  CARRIER_GRADE,
  FULL_CONE,
  INBOUND_FIRST,
  type NatProfile,
  PORT_RESTRICTED,
  RESTRICTED,
  STATIC_FILTERED,
  SYMMETRIC,
} from '../../../../lab/profiles.ts';
import { judge, runSample } from '../../../../lab/sim/detect/accuracy.ts';
import { detectInSim, type SimDetection } from '../../../../lab/sim/detect/detect.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import type { DetectReport } from '../../../../src/nat/report.ts';
import { runs, seeds } from '../../../runs.ts';

const SEEDS = seeds(40);
/** Random accesses take seconds; more where many tests share a core. */
const TIMEOUT_MS = 120_000;

const behind = (...layers: readonly [NatProfile, ...NatProfile[]]): AccessProfile => ({ kind: 'nat', layers });
const linkOf = (loss: number) => symmetricLink({ latencyMs: 20, jitterMs: 2, loss });
const detect = (access: AccessProfile, options: Partial<SimDetection> = {}): DetectReport =>
  detectInSim({ access, seed: 1, link: linkOf(0), ...options });

const FORGOTTEN = { behavior: 'forgotten', reason: null } as const;
const CHANGES_PORT = { behavior: 'changes-port', reason: null } as const;
/** The same, whose port after a restart is another one. */
const DRAWN: NatProfile = { ...PORT_RESTRICTED, ports: 'random' };

const ACCESSES = [
  ['inbound-first', behind(INBOUND_FIRST), CHANGES_PORT],
  ['inbound-first with drawn ports', behind({ ...INBOUND_FIRST, ports: 'random' }), CHANGES_PORT],
  ['inbound-first behind its carrier, which remembers too', behind(PORT_RESTRICTED, INBOUND_FIRST), CHANGES_PORT],
  // The carrier lets none of them in to the router that would remember them.
  ['inbound-first behind a carrier that forgets', behind(INBOUND_FIRST, PORT_RESTRICTED), FORGOTTEN],
  ['restricted, inbound-first', behind({ ...RESTRICTED, inboundFirst: true }), CHANGES_PORT],
  ['restricted', behind(RESTRICTED), FORGOTTEN],
  ['port-restricted', behind(PORT_RESTRICTED), FORGOTTEN],
  ['port-restricted with drawn ports', behind(DRAWN), FORGOTTEN],
  ['carrier-grade', CARRIER_GRADE.access, FORGOTTEN],
  ['static-filtered', behind(STATIC_FILTERED), FORGOTTEN],
] as const;

describe('an early packet', () => {
  it.each(ACCESSES)('behind %s is told for what it does', (_name, access, early) => {
    expect(detect(access).early).toEqual(early);
  });

  it.each(ACCESSES)('behind %s is told so or not at all over a lossy link', (_name, access, early) => {
    const told = SEEDS.map((seed) => detect(access, { seed, link: linkOf(0.1) }));
    const lost = { behavior: 'undetermined', reason: 'too-much-loss' };
    for (const report of told) expect([early, lost]).toContainEqual(report.early);
    expect(told.filter((report) => report.early?.reason).length).toBeLessThanOrEqual(2);
  });

  it.each([
    ['is let in', behind(FULL_CONE)],
    ['changes nothing, since every destination sees another port', behind(SYMMETRIC)],
    ['has no port to change', { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 60_000 }],
    ['does not exist', { kind: 'open' }],
  ] as const)('is left out where it %s', (_why, access) => {
    expect(detect(access)).not.toHaveProperty('early');
  });

  it('is undetermined where nothing is known of the filter', () => {
    expect(detect({ kind: 'udp-blocked' }).early).toEqual({ behavior: 'undetermined', reason: 'udp-silent' });
  });

  it('is asked after three times, with the primary, and only behind a filter', () => {
    const [filtered, open] = [detect(behind(PORT_RESTRICTED)), detect(behind(FULL_CONE))];
    const sent = ({ probes }: DetectReport) =>
      probes.filter(({ test }) => test.startsWith('early.')).map(({ test, sends }) => [test, sends]);
    expect(sent(filtered)).toEqual([
      ['early.other-port', 3],
      ['early.primary', 3],
    ]);
    expect(sent(open)).toEqual([]);
  });

  it('is never said to change the port by a NAT that forgets, whatever is lost', { timeout: TIMEOUT_MS }, () => {
    const samples = [0, 0.05, 0.15].flatMap((loss) => seeds(150).map((seed) => runSample({ seed, loss })));
    expect(samples.filter((sample) => judge(sample) === 'wrong')).toEqual([]);
    expect(samples.filter(({ report }) => report.early?.behavior === 'changes-port')).toEqual([]);
    expect(samples.filter(({ report }) => report.early?.behavior === 'forgotten').length).toBeGreaterThan(runs(50));
  });

  it('is not taken for what a restart does, at whatever instant, nor does a restart turn the verdict', () => {
    for (let at = 0; at < 600; at += 2) {
      const report = detect(behind(DRAWN), { disturb: ({ clock }, { reboot }) => clock.schedule(at, reboot) });
      expect(report.verdict, `${at} ms`).toEqual({ type: 'port-restricted', reason: null });
      expect(['forgotten', 'undetermined'], `${at} ms`).toContain(report.early?.behavior);
    }
  });
});
