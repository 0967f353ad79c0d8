/** Peers behind routers that forget after 20 s what is idle: they are found after a long wait, and their paths last. */
import { describe, expect, it } from 'vitest';
import { SHORT_LIVED } from '../../../../lab/further-nats.ts';
import { FULL_CONE, type NatProfile, SYMMETRIC } from '../../../../lab/profiles.ts';
import type { TraceEntry } from '../../../../lab/sim/network/trace.ts';
import { setStage } from './meeting.ts';

const { lifetimeMs } = SHORT_LIVED;
const WAIT_MS = 10 * lifetimeMs;
const IDLE_MS = 600_000;

/** Each mapping has another port, so that one that was forgotten is not found again by chance. */
const forgetful = (nat: NatProfile) => ({ kind: 'nat', layers: [{ ...nat, lifetimeMs, ports: 'random' }] }) as const;

/** The longest times, in ms, for which one side and then the other sent nothing to whom it has its path to. */
function longestSilences(entries: readonly TraceEntry[], places: readonly string[], from: number): readonly number[] {
  return places.map((place) => {
    const times = entries.flatMap((one) =>
      one.event === 'sent' && one.place === place && one.at >= from ? one.at : [],
    );
    return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? 0)));
  });
}

describe('behind routers that forget after 20 s', () => {
  it.each([
    ['port-restricted', SHORT_LIVED, SHORT_LIVED],
    ['symmetric and full-cone', SYMMETRIC, FULL_CONE],
  ] as const)(
    '%s: a peer that has waited long is found, and the path is there after ten idle minutes',
    (_what, a, b) => {
      for (let seed = 1; seed <= 4; seed++) {
        const entries: TraceEntry[] = [];
        const stage = setStage({ seed, trace: (entry) => void entries.push(entry) });
        const { clock } = stage.world;
        const [home, away] = [stage.place('home', forgetful(a)), stage.place('away', forgetful(b))];
        const alice = home.start('alice').meet('bob', { waitMs: 2 * WAIT_MS });
        clock.runUntil(WAIT_MS);
        const bob = away.start('bob').meet('alice');
        stage.end(alice, bob);
        expect([alice.outcome()?.kind, bob.outcome()?.kind]).toEqual(['connected', 'connected']);
        const openAt = clock.now();
        clock.runUntil(openAt + IDLE_MS);
        expect([alice.selected(), bob.selected()]).not.toContain(null);
        const silences = longestSilences(entries, [home.source(), away.source()], openAt);
        expect(silences.every((ms) => ms < lifetimeMs / 3)).toBe(true);
      }
    },
  );

  it('a path whose mappings are forgotten all the same would not last: the test can fail', () => {
    const stage = setStage({ seed: 1 });
    const { clock } = stage.world;
    const quick: NatProfile = { ...SHORT_LIVED, lifetimeMs: 2_000, ports: 'random' };
    const behindQuick = { kind: 'nat', layers: [quick] } as const;
    const alice = stage.place('home', behindQuick).start('alice').meet('bob');
    const bob = stage.place('away', behindQuick).start('bob').meet('alice');
    stage.end(alice, bob);
    clock.runUntil(clock.now() + IDLE_MS);
    expect([alice.selected(), bob.selected()]).toEqual([null, null]);
  });
});
