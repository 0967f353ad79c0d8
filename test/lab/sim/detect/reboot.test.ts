/** A router that restarts in the middle of a detection: the verdict is the one of a router that does not. */
import { describe, expect, it } from 'vitest';
import { expectedVerdict } from '../../../../lab/known-behavior.ts';
import {
  FULL_CONE,
  type NatProfile,
  PORT_RESTRICTED,
  RESTRICTED,
  SYMMETRIC_ADDRESS,
} from '../../../../lab/profiles.ts';
import { detectInSim, type SimDetection } from '../../../../lab/sim/detect/detect.ts';
import { detectWithReboot } from '../../../../lab/sim/detect/reboot.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { seeds } from '../../../runs.ts';

/** `bench/detect/truth.ts` has 20,000. */
const SEEDS = seeds(200);
/** Takes two seconds; more where many tests share a core. */
const TIMEOUT_MS = 120_000;
/** From the first packet to beyond the verdict. */
const INSTANTS_MS = Array.from({ length: 45 }, (_, index) => index * 10);

const LINK = symmetricLink({ latencyMs: 20, jitterMs: 2 });
const detectBehind = (nat: NatProfile, disturb: SimDetection['disturb']) =>
  detectInSim({ access: { kind: 'nat', layers: [nat] }, seed: 1, link: LINK, ...(disturb && { disturb }) });
const restartedAt = (nat: NatProfile, at: number) =>
  detectBehind(nat, ({ clock }, { reboot }) => clock.schedule(at, reboot));

describe('a router that restarts during a detection', () => {
  it(`of ${SEEDS.length} random accesses makes no verdict, finding or reason false`, { timeout: TIMEOUT_MS }, () => {
    const samples = SEEDS.map((seed) => detectWithReboot(seed));
    expect(samples.flatMap(({ seed, errors }) => errors.map((error) => `seed ${seed}: ${error}`))).toEqual([]);
    expect(samples.filter(({ isInconclusive }) => isInconclusive).length).toBeLessThanOrEqual(SEEDS.length * 0.01);
  });

  it.each([
    ['that draws its ports', { ...FULL_CONE, ports: 'random' }, 'full-cone'],
    ['that draws its ports', { ...RESTRICTED, ports: 'random' }, 'restricted'],
    // The same port again after a restart: the control opens its ways anew.
    ['that keeps ports', RESTRICTED, 'restricted'],
    ['that keeps ports', PORT_RESTRICTED, 'port-restricted'],
    // The first destination after a restart gets the port that another had before.
    ['that keeps the port for one destination', { ...SYMMETRIC_ADDRESS, ports: 'preserved' }, 'symmetric'],
  ] as const)('%s is told as it is, at whatever instant: %o', (_what, nat, type) => {
    for (const at of INSTANTS_MS) {
      const { verdict, mapping, filtering } = restartedAt(nat, at);
      const { mapping: asked, filtering: filter } = nat;
      expect({ verdict, mapping: mapping.behavior, filtering: filtering.behavior }, `${at} ms`).toEqual({
        verdict: { type, reason: null },
        mapping: asked,
        filtering: filter,
      });
    }
  });

  it.each([FULL_CONE, RESTRICTED, PORT_RESTRICTED, SYMMETRIC_ADDRESS])(
    'and comes back with another address is told as it is, at whatever instant: $name',
    (nat) => {
      for (const at of INSTANTS_MS) {
        const { verdict } = detectBehind(nat, ({ clock }, { renumber }) => clock.schedule(at, renumber));
        expect(verdict, `${at} ms`).toEqual({ type: expectedVerdict({ kind: 'nat', layers: [nat] }), reason: null });
      }
    },
  );

  it('and does not stop is not waited for: the verdict is that nothing can be told', () => {
    const report = detectBehind({ ...FULL_CONE, ports: 'random' }, ({ clock }, { reboot }) => {
      for (let at = 60; at < 20_000; at += 60) clock.schedule(at, reboot);
    });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'router-restarted' });
    expect(report.elapsedMs).toBeLessThan(5000);
  });
});

describe('a link that is cut during a detection', () => {
  it.each([FULL_CONE, RESTRICTED, PORT_RESTRICTED])(
    'for 600 ms, at whatever instant, is not taken for a server that does not answer from its alternates: $name',
    (nat) => {
      for (const at of INSTANTS_MS) {
        const { verdict } = detectBehind(nat, ({ clock }, { cutLink, restoreLink }) => {
          clock.schedule(at, cutLink);
          clock.schedule(at + 600, restoreLink);
        });
        expect(verdict, `${at} ms`).toEqual({ type: nat.name, reason: null });
      }
    },
  );
});
