/** Two sides that measure the path between them, on a clock of the test's own. */
import { describe, expect, it } from 'vitest';
import { createClock } from '../../../../lab/sim/network/clock.ts';
import { createMeasurement } from '../../../../src/punch/attempt/health/measurement.ts';
import type { PathHealth } from '../../../../src/punch/attempt/health/state.ts';
import type { PathUse } from '../../../../src/punch/attempt/health/use.ts';
import type { PathState } from '../../../../src/punch/attempt/path-state.ts';

type Name = 'a' | 'b';

interface Sent {
  readonly at: number;
  readonly from: Name;
  readonly isEcho: boolean;
  readonly number: number;
}

interface DuelOptions {
  /** One way, in ms. */
  readonly latencyMs?: number;
  readonly loses?: (sent: Sent) => boolean;
  /** How the path is for a side. */
  readonly stateOf?: (name: Name, at: number) => PathState;
  /** When `b` begins; Infinity if it never does. */
  readonly startsAt?: number;
  /** What a side has the path for. */
  readonly useOf?: (name: Name) => PathUse | undefined;
}

interface Ended {
  readonly at: number;
  readonly health: PathHealth;
  readonly peerUse: PathUse | null;
}

const other = (name: Name): Name => (name === 'a' ? 'b' : 'a');

/** Lets `a`, which begins at 0 ms, and `b` measure; a side that is done answers nothing any more. */
function duel({
  latencyMs = 30,
  loses = () => false,
  stateOf = () => 'live',
  startsAt = 0,
  useOf = () => undefined,
}: DuelOptions = {}) {
  const clock = createClock();
  const sides = new Map<Name, ReturnType<typeof createMeasurement>>();
  const ended: Partial<Record<Name, Ended>> = {};
  const tell = (name: Name, input: Parameters<ReturnType<typeof createMeasurement>['handle']>[1]): void => {
    const side = sides.get(name);
    for (const output of side?.handle(clock.now(), input) ?? []) {
      if (output.kind === 'done') ended[name] = { at: clock.now(), health: output.health, peerUse: output.peerUse };
      else send(name, output.bytes);
    }
    const wakeAt = side?.wakeAt() ?? Number.POSITIVE_INFINITY;
    if (wakeAt < Number.POSITIVE_INFINITY && input.kind === 'timeout') {
      clock.schedule(wakeAt, () => tell(name, { kind: 'timeout' }));
    }
  };
  const send = (from: Name, bytes: Uint8Array): void => {
    const [kind, number = 0] = bytes;
    if (loses({ at: clock.now(), from, isEcho: kind === 1, number })) return;
    clock.schedule(clock.now() + latencyMs, () => tell(other(from), { kind: 'received', bytes }));
  };
  const start = (name: Name): void => {
    sides.set(name, createMeasurement(clock.now(), { pathState: () => stateOf(name, clock.now()), use: useOf(name) }));
    tell(name, { kind: 'timeout' });
  };
  clock.schedule(0, () => start('a'));
  if (startsAt < Number.POSITIVE_INFINITY) clock.schedule(startsAt, () => start('b'));
  clock.runToIdle();
  return ended;
}

it('a far side that comes when nobody waits much longer is given its time from then on', () => {
  // The path has been silent for 17.9 s, in which the peer answered checks: it had still to wait for a better one.
  const ended = duel({ startsAt: 17_900, loses: ({ from, at }) => from === 'a' && at < 19_000 });
  expect([ended.a?.health.liveness, ended.b?.health.liveness]).toEqual(['alive', 'alive']);
});

const ALIVE = { probes: 20, lost: 0, rttMs: { min: 60, mean: 60, max: 60 }, liveness: 'alive' };

describe('the measurement of a path', () => {
  it('takes a call, the twenty probes, and the last words: 0.6 s on both sides', () => {
    const { a, b } = duel();
    expect([a?.health, b?.health]).toMatchObject([ALIVE, ALIVE]);
    expect([a?.at, b?.at]).toEqual([560, 560]);
  });

  it('begins when the far side is through, and does not take its silence before for loss', () => {
    const { a, b } = duel({ startsAt: 4000 });
    expect([a?.health, b?.health]).toMatchObject([ALIVE, ALIVE]);
    expect([a?.at, b?.at]).toEqual([4540, 4560]);
  });

  it('counts what is lost, and ends with an answer', () => {
    const { a, b } = duel({
      loses: ({ from, isEcho, number }) => from === 'a' && !isEcho && number < 20 && number % 4 === 3,
    });
    expect(a?.health).toMatchObject({ probes: 20, lost: 5, liveness: 'alive', unanswered: 0 });
    expect(b?.health).toMatchObject(ALIVE);
  });

  it('does not leave while the far side is not through', () => {
    const late = duel({ loses: ({ at, from, isEcho }) => from === 'b' && !isEcho && at < 2000 });
    expect([late.a?.health, late.b?.health.liveness]).toMatchObject([ALIVE, 'alive']);
    expect(late.a?.at).toBeGreaterThan(2400);
  });

  it('that dies in the middle is lost on both sides after 10 s', () => {
    const { a, b } = duel({
      loses: ({ at }) => at > 300,
      stateOf: (_name, at) => (at < 6000 ? 'live' : 'doubtful'),
    });
    expect([a?.health, b?.health]).toMatchObject([
      { probes: 20, liveness: 'lost' },
      { probes: 20, liveness: 'lost' },
    ]);
    expect([a?.at, b?.at]).toEqual([10_440, 10_440]);
  });

  it('that dies after all the probes is lost as well', () => {
    const { a, b } = duel({
      loses: ({ at, number }) => at >= 500 || number === 19 || number === 254,
      stateOf: (_name, at) => (at < 6000 ? 'live' : 'doubtful'),
    });
    expect([a?.health, b?.health]).toMatchObject([
      { lost: 1, liveness: 'lost' },
      { lost: 1, liveness: 'lost' },
    ]);
  });

  it('that stalls and comes back is alive', () => {
    const { a, b } = duel({
      loses: ({ at }) => at > 200 && at < 6500,
      stateOf: (_name, at) => (at > 7000 || at < 6600 ? 'live' : 'doubtful'),
    });
    expect([a?.health.liveness, b?.health.liveness]).toEqual(['alive', 'alive']);
  });

  it('to a peer that answers checks and measures nothing is undetermined after 18 s', () => {
    const { a } = duel({ startsAt: Number.POSITIVE_INFINITY });
    expect(a).toMatchObject({ at: 18_000, health: { probes: 0, lost: 0, rttMs: null, liveness: 'undetermined' } });
  });

  it('to a peer that answers neither checks nor probes is lost after 10 s', () => {
    const { a } = duel({
      startsAt: Number.POSITIVE_INFINITY,
      stateOf: (_name, at) => (at < 6000 ? 'live' : 'doubtful'),
    });
    expect(a).toMatchObject({ at: 10_000, health: { probes: 0, rttMs: null, liveness: 'lost' } });
  });

  it('that carries checks and no data is lost after 10 s', () => {
    const { a, b } = duel({ loses: ({ at }) => at > 300 });
    expect([a, b]).toMatchObject([
      { at: 10_440, health: { probes: 20, liveness: 'lost' } },
      { at: 10_440, health: { probes: 20, liveness: 'lost' } },
    ]);
  });

  it('is lost where the path is, and where the peer gives it up after as long a silence', () => {
    const closed = duel({
      loses: ({ at }) => at > 300,
      stateOf: (name, at) => (at < 6000 ? 'live' : name === 'a' ? 'lost' : 'closed-by-peer'),
    });
    expect([closed.a?.health.liveness, closed.b?.health.liveness]).toEqual(['lost', 'lost']);
  });

  it('is lost where the peer has said that it needs nothing more, heard nothing since, and gives it up', () => {
    const { a, b } = duel({
      loses: ({ at, from }) => from === 'a' && at >= 500,
      stateOf: (name, at) => (name === 'b' || at < 10_480 ? 'live' : 'closed-by-peer'),
    });
    expect([a, b]).toMatchObject([
      { at: 10_480, health: { probes: 20, lost: 0, liveness: 'lost' } },
      { at: 10_520, health: { probes: 20, liveness: 'lost' } },
    ]);
  });

  it('is alive where the peer has closed the path before the last answer', () => {
    const { a } = duel({
      loses: ({ at }) => at > 300,
      stateOf: (_name, at) => (at < 400 ? 'live' : 'closed-by-peer'),
    });
    expect(a).toMatchObject({ at: 400, health: { probes: 11, lost: 0, liveness: 'alive' } });
  });

  it('is alive where the far side is done, and neither its last answer nor its farewell comes', () => {
    const { a, b } = duel({ loses: ({ from, isEcho, number }) => from === 'b' && isEcho && number === 253 });
    expect([a?.health, b?.health]).toMatchObject([ALIVE, ALIVE]);
    expect([a?.at, b?.at]).toEqual([1080, 560]);
  });

  it('ends after 10 s although the far side answers for ever, and never says that it needs nothing more', () => {
    const { a } = duel({
      loses: ({ from, isEcho, number }) => from === 'b' && !isEcho && [19, 253, 254].includes(number),
    });
    expect(a).toMatchObject({ at: 10_440, health: { probes: 20, lost: 0, liveness: 'alive' } });
  });
});

describe('what a side has the path for', () => {
  it.each([
    ['measure', 'measure', 560, 560],
    ['hand-over', 'hand-over', 670, 670],
    ['hand-over', 'measure', 670, 560],
    ['keep', 'hand-over', 670, 670],
    ['keep', 'keep', 670, 670],
  ] as const)('is told to the other one: %s and %s', (a, b, aEnds, bEnds) => {
    const ended = duel({ useOf: (name) => ({ a, b })[name] });
    expect([ended.a?.health, ended.b?.health]).toMatchObject([ALIVE, ALIVE]);
    expect([ended.a?.peerUse, ended.b?.peerUse]).toEqual([b, a]);
    expect([ended.a?.at, ended.b?.at]).toEqual([aEnds, bEnds]);
  });

  it('is told by any measured probe, and by no other', () => {
    const only = (kept: number) => (sent: Sent) => !sent.isEcho && sent.number < 96 && sent.number !== kept;
    const told = duel({ useOf: () => 'hand-over', loses: only(32 + 7) });
    expect([told.a?.peerUse, told.b?.peerUse]).toEqual(['hand-over', 'hand-over']);
    const untold = duel({ useOf: () => 'hand-over', loses: only(Number.NaN) });
    expect([untold.a?.peerUse, untold.b?.peerUse]).toEqual([null, null]);
  });

  it('is not known of a peer that does not measure', () => {
    expect(duel({ startsAt: Number.POSITIVE_INFINITY, useOf: () => 'hand-over' }).a?.peerUse).toBeNull();
  });

  it.each([1, 7, 19, 300])('leaves nothing on its way for a program, where one side begins %i ms later', (startsAt) => {
    const sent: Sent[] = [];
    const note = (one: Sent): boolean => sent.push(one) === 0;
    const ended = duel({ startsAt, useOf: () => 'hand-over', loses: note });
    const late = sent.filter(({ at, from }) => at + 30 > (ended[other(from)]?.at ?? 0));
    expect([sent.length > 80, late]).toEqual([true, []]);
  });
});
