/** The upkeep of one peer on a clock that the test turns: when it pings, when it punches again, and when it gives up. */
import { describe, expect, it } from 'vitest';
import { createUpkeep, type UpkeepInput, type UpkeepOutput } from '../../../../src/tunnel/link/upkeep/upkeep.ts';

interface Noted {
  readonly atMs: number;
  readonly output: UpkeepOutput;
}

/** A peer that answers each ping after 10 ms for as long as `answers` says so. */
function start(options: {
  readonly waitMs?: number;
  readonly patienceMs?: number;
  readonly isBusy?: boolean;
  readonly rttMs?: number | null;
  readonly answers?: (atMs: number) => boolean;
}) {
  const { waitMs = 60_000, patienceMs = 60_000, isBusy = true, rttMs = 10, answers = () => true } = options;
  const upkeep = createUpkeep(0, { waitMs, patienceMs, isBusy: () => isBusy, rttMs: () => rttMs });
  const noted: Noted[] = [];
  const later: { readonly at: number; readonly input: UpkeepInput }[] = [];
  let clock = 0;
  const tell = (input: UpkeepInput): void => {
    for (const output of upkeep.handle(clock, input)) {
      noted.push({ atMs: clock, output });
      if (output.kind === 'ping' && answers(clock)) later.push({ at: clock + 10, input: { kind: 'heard' } });
    }
  };
  const runUntil = (endMs: number): void => {
    for (let steps = 0; steps < 100_000; steps++) {
      const [next] = later.toSorted((one, other) => one.at - other.at);
      const at = Math.max(clock, Math.min(next?.at ?? Number.POSITIVE_INFINITY, upkeep.wakeAt()));
      if (at > endMs) break;
      clock = at;
      tell(
        next && next.at <= at
          ? (later.splice(later.indexOf(next), 1)[0] as Noted & (typeof later)[0]).input
          : { kind: 'timeout' },
      );
    }
    clock = endMs;
  };
  const times = (kind: UpkeepOutput['kind']): readonly number[] =>
    noted.flatMap(({ atMs, output }) => (output.kind === kind ? [atMs] : []));
  const of = <K extends UpkeepOutput['kind']>(kind: K) =>
    noted.flatMap(({ output }) => (output.kind === kind ? [output as Extract<UpkeepOutput, { kind: K }>] : []));
  return { tell, runUntil, times, of };
}

/** Wanted at 0 s, and connected at once. */
function connected(options: Parameters<typeof start>[0] = {}) {
  const side = start(options);
  side.tell({ kind: 'want' });
  side.tell({ kind: 'connected', attempt: 1, isContinued: false });
  return side;
}

const FAILED = { kind: 'failed', reason: 'no-peer', detail: 'nobody came', isFinal: false } as const;

describe('a peer that answers', () => {
  it('is pinged each 0.8 s while something is under way, and is never punched for again', () => {
    const side = connected();
    side.runUntil(5_000);
    expect(side.times('ping')).toEqual([800, 1_610, 2_420, 3_230, 4_040, 4_850]);
    expect([side.times('connect'), side.of('lost')]).toEqual([[0], []]);
  });

  it('is pinged each 5 s while nothing is under way', () => {
    const side = connected({ isBusy: false });
    side.runUntil(20_000);
    expect(side.times('ping')).toEqual([5_000, 10_010, 15_020]);
  });

  it('is not lost where three pings in a row are', () => {
    const side = connected({ answers: (atMs) => atMs > 1_500 });
    side.runUntil(3_000);
    expect(side.times('ping')).toEqual([800, 1_100, 1_400, 1_700, 2_510]);
    expect(side.of('lost')).toEqual([]);
  });
});

describe('a peer that falls silent', () => {
  it('is lost after 2 s, is punched for at once, and pinged on the old path meanwhile', () => {
    const side = connected({ answers: () => false });
    side.runUntil(2_800);
    expect(side.of('lost')).toEqual([{ kind: 'lost', detail: 'nothing has been heard for 2.0 s' }]);
    expect([side.times('lost'), side.times('connect'), side.times('doubt')]).toEqual([[2_030], [0, 2_030], [2_030]]);
    expect(side.of('connect')[1]).toEqual({ kind: 'connect', attempt: 2, waitMs: 10_000, isAgain: true });
    expect(side.times('ping')).toEqual([800, 1_100, 1_400, 1_700, 2_000, 2_300, 2_600]);
  });

  it('over a path of 500 ms is waited for longer, and over one of 10 s not more than 3 s longer', () => {
    const lostAt = (rttMs: number): readonly number[] => {
      const side = connected({ answers: () => false, rttMs });
      side.runUntil(8_000);
      return side.times('lost');
    };
    expect([lostAt(500), lostAt(10_000)]).toEqual([[3_500], [5_000]]);
  });

  it('and is connected to again goes on, and the former carrier is retired', () => {
    const side = connected({ answers: (atMs) => atMs > 2_500 });
    side.runUntil(2_400);
    side.tell({ kind: 'connected', attempt: 2, isContinued: true });
    expect(side.of('back')).toEqual([{ kind: 'back', outageMs: 2_400 }]);
    expect(side.of('retire-others')).toEqual([
      { kind: 'retire-others', attempt: 1 },
      { kind: 'retire-others', attempt: 2 },
    ]);
    side.tell({ kind: 'closed', attempt: 1, detail: 'retired' });
    side.runUntil(10_000);
    expect(side.times('connect')).toEqual([0, 2_030]);
  });

  it('and is heard again on the old path is not punched for any more, whatever the attempt comes to', () => {
    const side = connected({ answers: (atMs) => atMs > 2_500 });
    side.runUntil(2_700);
    side.tell({ ...FAILED, attempt: 2 });
    side.runUntil(30_000);
    expect(side.of('back')).toEqual([{ kind: 'back', outageMs: 2_610 }]);
    expect(side.times('connect')).toEqual([0, 2_030]);
  });

  it('is tried again with growing pauses, and given up after the patience that there is', () => {
    const side = connected({ answers: () => false, patienceMs: 20_000 });
    for (let ms = 2_030; ms < 21_000; ms += 10) {
      side.runUntil(ms);
      side.tell({ ...FAILED, attempt: side.times('connect').length });
    }
    expect(side.of('attempt-failed').map(({ retryInMs }) => retryInMs)).toEqual([
      100, 300, 1_000, 2_000, 5_000, 10_000,
    ]);
    expect(side.times('connect')).toEqual([0, 2_030, 2_130, 2_430, 3_430, 5_430, 10_430]);
    expect(side.of('given-up')).toEqual([{ kind: 'given-up', reason: 'path-lost', detail: 'nobody came' }]);
    expect(side.times('given-up')).toEqual([20_000]);
  });

  it('is tried for ever where there is no end to the patience', () => {
    const side = connected({ answers: () => false, patienceMs: Number.POSITIVE_INFINITY });
    for (let ms = 0; ms < 3_600_000; ms += 1_000) {
      side.runUntil(ms);
      side.tell({ ...FAILED, attempt: side.times('connect').length });
    }
    const [last = 0, before = 0] = side.times('connect').toReversed();
    expect(last - before).toBe(10_000);
    expect(side.of('given-up')).toEqual([]);
  });
});

describe('a path that', () => {
  it('closes is punched anew at once', () => {
    const side = connected();
    side.runUntil(1_000);
    side.tell({ kind: 'closed', attempt: 1, detail: 'the relay that it went through is lost' });
    expect(side.of('lost')).toEqual([{ kind: 'lost', detail: 'the relay that it went through is lost' }]);
    expect(side.times('connect')).toEqual([0, 1_000]);
  });

  it('the peer has given up is punched anew though it still answers here, and no more than twice a second', () => {
    const side = connected();
    side.runUntil(1_000);
    for (let ms = 1_000; ms < 2_000; ms += 10) {
      side.runUntil(ms);
      side.tell({ kind: 'asked' });
      side.tell({ ...FAILED, attempt: side.times('connect').length });
    }
    expect(side.times('connect')).toEqual([0, 1_000, 1_500]);
  });

  it('is doubted is pinged at once, and lost 1.2 s later where nothing answers', () => {
    const side = connected({ answers: () => false, rttMs: null, isBusy: false });
    side.runUntil(600);
    side.tell({ kind: 'doubt' });
    side.runUntil(1_900);
    expect([side.times('ping')[0], side.times('lost'), side.times('connect')]).toEqual([600, [1_800], [0, 1_800]]);
    expect(side.times('doubt')).toEqual([600, 1_800]);
  });
});

describe('an attempt', () => {
  it('that is told of after it was given up changes nothing', () => {
    const side = connected({ answers: () => false });
    side.runUntil(2_030);
    side.tell({ kind: 'moved' });
    expect(side.of('abandon')).toEqual([{ kind: 'abandon', attempt: 2 }]);
    side.tell({ ...FAILED, attempt: 2 });
    side.tell({ kind: 'connected', attempt: 2, isContinued: true });
    expect(side.of('attempt-failed')).toEqual([]);
    expect(side.of('connect').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('of which nothing is heard is given up 30 s after its wait', () => {
    const side = connected({ answers: () => false });
    side.runUntil(42_200);
    expect([side.times('abandon'), side.times('connect')]).toEqual([[42_030], [0, 2_030, 42_130]]);
  });

  it('that cannot fare better is the last one', () => {
    const side = start({});
    side.tell({ kind: 'want' });
    side.tell({ ...FAILED, attempt: 1, reason: 'not-authenticated', isFinal: true });
    side.runUntil(60_000);
    expect(side.of('given-up')).toEqual([{ kind: 'given-up', reason: 'not-authenticated', detail: 'nobody came' }]);
    expect(side.times('connect')).toEqual([0]);
  });

  it('to connect at first waits for what is left of the time, and is the last when that is over', () => {
    const side = start({ waitMs: 5_000 });
    side.runUntil(1_000);
    side.tell({ kind: 'want' });
    expect(side.of('connect')[0]?.waitMs).toBe(4_000);
    side.runUntil(5_000);
    side.tell({ ...FAILED, attempt: 1 });
    expect(side.of('given-up')).toEqual([{ kind: 'given-up', reason: 'no-peer', detail: 'nobody came' }]);
  });
});

it('a peer that has closed its tunnel is waited for as if for the first time', () => {
  const side = connected({ waitMs: Number.POSITIVE_INFINITY });
  side.runUntil(1_000);
  side.tell({ kind: 'ended' });
  side.tell({ kind: 'want' });
  expect(side.of('connect')[1]).toEqual({
    kind: 'connect',
    attempt: 2,
    waitMs: Number.POSITIVE_INFINITY,
    isAgain: false,
  });
});
