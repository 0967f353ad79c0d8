/** Punches through a server that is started again at any instant: before, while and after both have joined. */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, type NatProfile, PORT_RESTRICTED, SYMMETRIC } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { createRandom } from '../../../../lab/sim/network/random.ts';
import type { SimMeeting } from '../../../../lab/sim/punch/room.ts';
import { isRelayed } from '../../../../src/ice/checklist/pair.ts';
import { setStage } from './meeting.ts';

const SEEDS = 40;
/** How long a relayed path is given to become direct. */
const UPGRADE_MS = 9_000;

function endOf(meeting: SimMeeting): string {
  const pair = meeting.selected();
  if (pair) return isRelayed(pair) ? 'relayed' : 'direct';
  const met = meeting.outcome();
  return met?.kind === 'connected' ? 'lost' : (met?.reason ?? 'nothing');
}

/** Both sides' ends, with up to 100 ms and 15 % of loss on each link, from a server that is away for up to two seconds. */
function run(a: NatProfile, b: NatProfile, seed: number): readonly [string, string] {
  const random = createRandom(seed).fork('restart');
  const linkOf = () =>
    symmetricLink({ latencyMs: random.next() * 100, jitterMs: random.next() * 20, loss: random.next() * 0.15 });
  const stage = setStage({ seed, relay: true });
  const behind = (profile: NatProfile) => ({ kind: 'nat', layers: [profile] }) as const;
  const alice = stage.place('home a', behind(a), linkOf()).start('alice').meet('bob');
  const home = stage.place('home b', behind(b), linkOf());
  let bob: SimMeeting | null = null;
  stage.at(random.next() * 3_000, () => {
    bob = home.start('bob').meet('alice');
  });
  stage.at(random.next() * 5_000, () => stage.rendezvous.restart(random.next() * 2_000));
  stage.world.clock.runUntil(3_000);
  if (!bob) throw new Error('bob was to start');
  stage.end(alice, bob);
  stage.world.clock.runUntil(stage.world.clock.now() + UPGRADE_MS);
  return [endOf(alice), endOf(bob)];
}

describe(`${SEEDS} punches through a server that is started again`, { timeout: 60_000 }, () => {
  it.each([
    { a: SYMMETRIC, b: SYMMETRIC, end: 'relayed' },
    { a: PORT_RESTRICTED, b: PORT_RESTRICTED, end: 'direct' },
    { a: SYMMETRIC, b: FULL_CONE, end: 'direct' },
  ])('$a.name × $b.name: each is $end on both sides', ({ a, b, end }) => {
    const ends = Array.from({ length: SEEDS }, (_, seed) => [seed, ...run(a, b, seed)]);
    expect(ends).toEqual(Array.from({ length: SEEDS }, (_, seed) => [seed, end, end]));
  });
});
