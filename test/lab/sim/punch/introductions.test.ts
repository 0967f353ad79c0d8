/** Two peers meet at the real rendezvous, by the product's own introductions, while connections, servers and peers come and go. */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, type NatProfile, PORT_RESTRICTED, RESTRICTED, SYMMETRIC } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import type { SimMeeting } from '../../../../lab/sim/punch/room/meeting.ts';
import { runs } from '../../../runs.ts';
import { endOf, setStage } from './meeting.ts';

const behind = (profile: NatProfile) => ({ kind: 'nat', layers: [profile] }) as const;
const SECOND = 1_000;

/** alice waits from the start behind a port-restricted NAT, and bob comes after 40 s behind another. */
function stageWithAlice(options: Parameters<typeof setStage>[0] = {}) {
  const stage = setStage(options);
  const home = stage.place('home', behind(PORT_RESTRICTED));
  const away = stage.place('away', behind(PORT_RESTRICTED));
  const alice = home.start('alice').meet('bob');
  const meetings: SimMeeting[] = [];
  stage.at(40 * SECOND, () => meetings.push(away.start('bob').meet('alice')));
  const play = () => {
    stage.end({ ...alice, outcome: () => (meetings[0]?.outcome() ? alice.outcome() : null) });
    const [bob] = meetings;
    if (!bob) throw new Error('bob did not come');
    return { alice, bob };
  };
  return { ...stage, home, away, play };
}

const OPEN = { kind: 'connected' };

describe('a peer that waits is met', () => {
  it('by one that comes later, at one introduction', () => {
    const { alice, bob } = stageWithAlice().play();
    expect([endOf(alice), endOf(bob)]).toMatchObject([OPEN, OPEN]);
    expect([alice.introductions(), bob.introductions()]).toEqual([1, 1]);
  });

  it('after its connection was cut, again and again', () => {
    const { at, rendezvous, home, play } = stageWithAlice();
    for (const second of [5, 6, 20, 39.99]) at(second * SECOND, () => rendezvous.cut(home.source()));
    const { alice, bob } = play();
    expect([endOf(alice), endOf(bob)]).toMatchObject([OPEN, OPEN]);
  });

  it('after the server was started again, and knows nobody', () => {
    const { at, rendezvous, play } = stageWithAlice();
    for (const second of [10, 25]) at(second * SECOND, () => rendezvous.restart(3 * SECOND));
    const { alice, bob } = play();
    expect([endOf(alice), endOf(bob)]).toMatchObject([OPEN, OPEN]);
    expect(rendezvous.population().peers).toBe(2);
  });

  it('at the port that its router gives it after a reboot', () => {
    const { at, home, play, world } = stageWithAlice();
    at(20 * SECOND, home.site.reboot);
    const { alice, bob } = play();
    expect([endOf(alice), endOf(bob)]).toMatchObject([OPEN, OPEN]);
    expect(world.clock.now()).toBeLessThan(42 * SECOND);
  });

  it('though no ticket lives as long as it waits', () => {
    const { alice, bob } = stageWithAlice({ limits: { ticketMs: 2 * SECOND } }).play();
    expect([endOf(alice), endOf(bob)]).toMatchObject([OPEN, OPEN]);
  });
});

it('a peer that dies after the introduction is waited for, and its successor is met', () => {
  const stage = setStage({ limits: { resumeMs: 500 } });
  const home = stage.place('home', behind(PORT_RESTRICTED));
  const away = stage.place('away', behind(PORT_RESTRICTED));
  const alice = home.start('alice').meet('bob');
  const first = away.start('bob');
  const died = first.meet('alice');
  // At once after the introduction: alice has heard nothing of it yet.
  const watch = (): void => {
    if (died.introductions() > 0) first.die();
    else stage.at(stage.world.clock.now() + 1, watch);
  };
  watch();
  const meetings: SimMeeting[] = [];
  stage.at(3 * SECOND, () => meetings.push(away.start('bob').meet('alice')));
  stage.end({ ...alice, outcome: () => (meetings[0]?.outcome() ? alice.outcome() : null) });
  expect([endOf(alice), endOf(meetings[0] ?? died)]).toMatchObject([OPEN, OPEN]);
  expect([died.outcome(), alice.introductions()]).toEqual([null, 2]);
});

/** Alice waits for bob, who never comes; the server goes away at `lostAt` and comes back `lostMs` later. */
function waitAlone(options: { readonly waitMs: number; readonly lostAt: number; readonly lostMs: number }): SimMeeting {
  const { waitMs, lostAt, lostMs } = options;
  const stage = setStage();
  const alice = stage.place('home', behind(FULL_CONE)).start('alice').meet('bob', { waitMs });
  stage.at(lostAt, () => stage.rendezvous.restart(lostMs));
  stage.end(alice);
  return alice;
}

it('a peer that never comes is waited for as long as was said, also over a server that comes and goes', () => {
  const alice = waitAlone({ waitMs: 30 * SECOND, lostAt: 12 * SECOND, lostMs: 2 * SECOND });
  expect(endOf(alice)).toEqual({ kind: 'not-introduced', reason: 'no-peer' });
  expect(Math.round((alice.outcome()?.at ?? 0) / SECOND)).toBe(30);
});

it('a server that does not come back is given up when the time to wait is over', () => {
  const alice = waitAlone({ waitMs: 10 * SECOND, lostAt: 2 * SECOND, lostMs: 1_000 * SECOND });
  expect(endOf(alice)).toEqual({ kind: 'not-introduced', reason: 'rendezvous-lost' });
});

const SEEDS = runs(150);
const NATS = [FULL_CONE, RESTRICTED, PORT_RESTRICTED, SYMMETRIC];
/** What may go wrong while alice waits, any number of times. */
const FAULTS = ['cut alice', 'cut bob', 'restart the server', 'reboot her router', 'reboot his router'] as const;

it(`${SEEDS} meetings with faults at any instant before the introduction all end on the path that both agree on`, () => {
  const disagreements: unknown[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const stage = setStage({ seed, limits: { ticketMs: 20 * SECOND } });
    const random = stage.world.random.fork('faults');
    const profile = (): NatProfile => random.pick(NATS as [NatProfile, ...NatProfile[]]);
    const [hers, his] = [profile(), profile()];
    const isOpenable = hers !== SYMMETRIC || (his !== SYMMETRIC && his !== PORT_RESTRICTED);
    const link = symmetricLink({ latencyMs: 5 + random.integer(80), jitterMs: 4, loss: 0.05 });
    const home = stage.place('home', behind(hers), link);
    const away = stage.place('away', behind(isOpenable ? his : FULL_CONE), link);
    const alice = home.start('alice').meet('bob', { waitMs: 300 * SECOND });
    const meetings: SimMeeting[] = [];
    const comesAt = 60 * SECOND;
    stage.at(comesAt, () => meetings.push(away.start('bob').meet('alice', { waitMs: 300 * SECOND })));
    for (let faults = random.integer(6); faults > 0; faults--) {
      const at = random.next() * (comesAt - 20 * SECOND);
      const fault = random.pick(FAULTS);
      stage.at(at, () => {
        if (fault === 'cut alice') stage.rendezvous.cut(home.source());
        if (fault === 'cut bob') stage.rendezvous.cut(away.source());
        if (fault === 'restart the server') stage.rendezvous.restart(random.next() * 4 * SECOND);
        if (fault === 'reboot her router') home.site.reboot();
        if (fault === 'reboot his router') away.site.reboot();
      });
    }
    stage.end({ ...alice, outcome: () => (meetings[0]?.outcome() ? alice.outcome() : null) });
    const ends = [alice, ...meetings].map(endOf);
    if (ends.some(({ kind }) => kind !== 'connected')) disagreements.push({ seed, nats: [hers.name, his.name], ends });
  }
  expect(disagreements).toEqual([]);
});
