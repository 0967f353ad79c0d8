/** Both sides measure the path that they have opened, while packets are lost and routers restart. */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, type NatProfile, PORT_RESTRICTED } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { measureInSim, type SimHealthOptions } from '../../../../lab/sim/punch/health.ts';
import { faultOf, sampleHealth } from '../../../../lab/sim/punch/health-sample.ts';
import { runs } from '../../../runs.ts';

const SEEDS = runs(120);

/** The seeds that are judged so, each with its judgement. */
function faults(reboots: boolean): readonly string[] {
  return Array.from({ length: SEEDS }, (_, index) => index + 1).flatMap((seed) => {
    const fault = faultOf(sampleHealth({ seed, reboots }));
    return fault === null || fault === 'cut-at-the-end' ? [] : [`${seed}: ${fault}`];
  });
}

/** Behind NATs that give other ports after a restart, with links of 20 ms. */
function between(a: NatProfile, b: NatProfile): Omit<SimHealthOptions, 'reboots'> {
  const behind = (profile: NatProfile) => ({ kind: 'nat', layers: [{ ...profile, ports: 'random' }] }) as const;
  const link = symmetricLink({ latencyMs: 20 });
  return { a: behind(a), b: behind(b), seed: 1, linkA: link, linkB: link };
}

const RESTART_IN_THE_MIDDLE = [{ side: 'a', afterMs: 400 }] as const;

describe('the health of a simulated path', () => {
  it('is whole where nothing is lost, on both sides', () => {
    const { a, b, isOpen } = measureInSim(between(PORT_RESTRICTED, PORT_RESTRICTED));
    const whole = { outcome: 'direct', reason: null, health: { probes: 20, lost: 0, liveness: 'alive' } };
    expect([a, b, isOpen]).toMatchObject([whole, whole, true]);
    expect(Math.max(a.endMs ?? 0, b.endMs ?? 0)).toBeLessThan(800);
  });

  it('is not called lost, nor told in two ways, whatever the loss and the latency', { timeout: 180_000 }, () => {
    expect(faults(false)).toEqual([]);
  });

  it('is told truly by both sides, whenever a router restarts', { timeout: 180_000 }, () => {
    expect(faults(true)).toEqual([]);
  });

  it('is lost for both sides where a restart in the middle of it has changed the port, and the peer lets in no other', () => {
    const { a, b, isOpen } = measureInSim({
      ...between(PORT_RESTRICTED, PORT_RESTRICTED),
      reboots: RESTART_IN_THE_MIDDLE,
    });
    const lost = { outcome: 'failed', reason: 'path-lost', health: { probes: 20, liveness: 'lost' } };
    expect([a, b, isOpen]).toMatchObject([lost, lost, false]);
  });

  it('is lost for both sides, or comes back within seconds, by the filter of the peer, where a router has another address then', () => {
    const renumbered = [{ side: 'a', afterMs: 400, renumbers: true }] as const;
    const behind = (profile: NatProfile) => ({ kind: 'nat', layers: [profile] }) as const;
    for (const [peer, end] of [
      [PORT_RESTRICTED, { outcome: 'failed', reason: 'path-lost', health: { liveness: 'lost' } }],
      [FULL_CONE, { outcome: 'direct', reason: null, health: { liveness: 'alive' } }],
    ] as const) {
      // Every port is kept: it is the address alone that changes.
      const sides = { a: behind(PORT_RESTRICTED), b: behind(peer) };
      const { a, b, isOpen } = measureInSim({ ...between(PORT_RESTRICTED, peer), ...sides, reboots: renumbered });
      expect([a, b, isOpen]).toMatchObject([end, end, end.outcome === 'direct']);
    }
  });

  it('comes back within seconds where the peer lets in every port, whichever side has restarted', () => {
    for (const [a, b, side] of [
      [PORT_RESTRICTED, FULL_CONE, 'a'],
      [FULL_CONE, PORT_RESTRICTED, 'b'],
    ] as const) {
      const back = measureInSim({ ...between(a, b), reboots: [{ side, afterMs: 400 }] });
      const alive = { outcome: 'direct', reason: null, health: { probes: 20, liveness: 'alive' } };
      expect([back.a, back.b, back.isOpen]).toMatchObject([alive, alive, true]);
      expect(Math.max(back.a.endMs ?? 0, back.b.endMs ?? 0)).toBeLessThan(8_000);
    }
  });
});
