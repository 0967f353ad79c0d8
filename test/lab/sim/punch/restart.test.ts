/**
 * Punches through a server, and its relay, that are started again at any instant before the introduction; and with a
 * connection to it that is cut at any instant around the introduction.
 */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, type NatProfile, PORT_RESTRICTED, SYMMETRIC } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { createRandom } from '../../../../lab/sim/network/random.ts';
import type { SimMeeting } from '../../../../lab/sim/punch/room/meeting.ts';
import { isRelayed } from '../../../../src/ice/checklist/pair.ts';
import { runs } from '../../../runs.ts';
import { setStage } from './meeting.ts';

const SEEDS = runs(20);
/** Whoever comes while the server is away tries again for at least that long. */
const AWAY_MAX_MS = 1_000;
/** How long a relayed path is given to become direct. */
const UPGRADE_MS = 9_000;
/** The instants of a cut lie in a time of that length, most of it before the introduction. */
const AROUND_MS = 900;
/** A message to a peer takes no longer than that. */
const INTRODUCING_MS = 250;

/** With up to 100 ms and 15 % of loss on each link; bob comes up to three seconds later than alice. */
function meet(
  pair: readonly [NatProfile, NatProfile],
  seed: number,
  fault: { readonly at: number; readonly kind: 'restart' | 'cut' } | null,
) {
  const random = createRandom(seed).fork('restart');
  const stage = setStage({ seed, relay: true });
  const [a, b] = pair.map((profile, index) => {
    const link = { latencyMs: random.next() * 100, jitterMs: random.next() * 20, loss: random.next() * 0.15 };
    return stage.place(`home ${index}`, { kind: 'nat', layers: [profile] }, symmetricLink(link));
  });
  const meetings: SimMeeting[] = [];
  const [bobAt, awayMs] = [random.next() * 3_000, random.next() * AWAY_MAX_MS];
  stage.at(0, () => void meetings.push(a?.start('alice').meet('bob') as SimMeeting));
  stage.at(bobAt, () => void meetings.push(b?.start('bob').meet('alice') as SimMeeting));
  const cutOff = random.pick([a, b]);
  if (fault?.kind === 'restart') stage.at(fault.at, () => stage.rendezvous.restart(awayMs));
  if (fault?.kind === 'cut') stage.at(fault.at, () => stage.rendezvous.cut(cutOff?.source() ?? ''));
  stage.world.clock.runUntil(bobAt);
  stage.end(...meetings);
  stage.world.clock.runUntil(stage.world.clock.now() + UPGRADE_MS);
  return { ends: meetings.map(endOf), startAt: Math.min(...meetings.map((meeting) => meeting.startAt() ?? 0)) };
}

function endOf(meeting: SimMeeting): string {
  const [pair, met] = [meeting.selected(), meeting.outcome()];
  if (pair) return isRelayed(pair) ? 'relayed' : 'direct';
  return met?.kind === 'connected' ? 'lost' : `${met?.reason}`;
}

describe(`${SEEDS} punches through a server that is started again before the introduction`, { timeout: 60_000 }, () => {
  it.each([
    { a: SYMMETRIC, b: SYMMETRIC, end: 'relayed' },
    { a: PORT_RESTRICTED, b: PORT_RESTRICTED, end: 'direct' },
    { a: SYMMETRIC, b: FULL_CONE, end: 'direct' },
  ])('$a.name × $b.name: each is $end on both sides', ({ a, b, end }) => {
    const ends = Array.from({ length: SEEDS }, (_, seed) => {
      const { startAt } = meet([a, b], seed, null);
      const at = createRandom(seed).fork('instant').next() * (startAt - INTRODUCING_MS);
      return [seed, ...meet([a, b], seed, { at, kind: 'restart' }).ends];
    });
    expect(ends).toEqual(Array.from({ length: SEEDS }, (_, seed) => [seed, end, end]));
  });
});

it(`${SEEDS} punches with a connection that is cut around the introduction are all direct on both sides`, {
  timeout: 60_000,
}, () => {
  const ends = Array.from({ length: SEEDS }, (_, seed) => {
    const pair = [PORT_RESTRICTED, PORT_RESTRICTED] as const;
    const { startAt } = meet(pair, seed, null);
    const at = startAt + (createRandom(seed).fork('instant').next() - 0.8) * AROUND_MS;
    return [seed, ...meet(pair, seed, { at, kind: 'cut' }).ends];
  });
  expect(ends).toEqual(Array.from({ length: SEEDS }, (_, seed) => [seed, 'direct', 'direct']));
});
