/** The upkeep of one peer on a clock that the test turns: when it punches again, and when it gives up. */
import { describe, expect, it } from 'vitest';
import { createUpkeep, type UpkeepInput, type UpkeepOutput } from '../../../../src/tunnel/link/upkeep/upkeep.ts';

interface Noted {
  readonly atMs: number;
  readonly output: UpkeepOutput;
}

/** A peer that is heard each second for as long as `isHeard` says so. */
function start(options: {
  readonly waitMs?: number;
  readonly patienceMs?: number;
  readonly rttMs?: number | null;
  readonly isHeard?: (atMs: number) => boolean;
  /** How much later the clock is read for `quietForMs`. */
  readonly lateMs?: (atMs: number) => number;
}) {
  const { waitMs = 60_000, patienceMs = 60_000, rttMs = null, isHeard = () => true, lateMs = () => 0 } = options;
  let clock = 0;
  const quietForMs = (): number => {
    let at = clock - (clock % 1_000);
    while (at > 0 && !isHeard(at)) at -= 1_000;
    return clock - at + lateMs(clock);
  };
  const upkeep = createUpkeep(0, { waitMs, patienceMs, quietForMs, rttMs: () => rttMs });
  const noted: Noted[] = [];
  const tell = (input: UpkeepInput): void => {
    for (const output of upkeep.handle(clock, input)) noted.push({ atMs: clock, output });
  };
  const runUntil = (endMs: number): void => {
    for (let steps = 0; steps < 100_000 && upkeep.wakeAt() <= endMs; steps++) {
      clock = Math.max(clock, upkeep.wakeAt());
      tell({ kind: 'timeout' });
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

const SILENT = { isHeard: () => false };

it('a peer that is heard each second is not punched for again', () => {
  const side = connected();
  side.runUntil(600_000);
  expect([side.times('connect'), side.of('lost')]).toEqual([[0], []]);
});

describe('a peer that falls silent', () => {
  it('is lost after 2 s, and punched for at once, with another look at where this side is', () => {
    const side = connected({ isHeard: (atMs) => atMs <= 5_000 });
    side.runUntil(7_500);
    expect(side.of('lost')).toEqual([{ kind: 'lost', detail: 'nothing has been heard for 2.0 s' }]);
    expect([side.times('lost'), side.times('connect'), side.times('doubt')]).toEqual([[7_000], [0, 7_000], [7_000]]);
    expect(side.of('connect')[1]).toEqual({ kind: 'connect', attempt: 2, waitMs: 10_000, isAgain: true });
  });

  it('is not taken for heard again because the clock is read a little later at one time than at another', () => {
    const side = connected({ isHeard: (atMs) => atMs <= 5_000, lateMs: (atMs) => (atMs < 7_100 ? 0.5 : 0) });
    side.runUntil(12_000);
    expect([side.times('back'), side.times('lost').length]).toEqual([[], 1]);
  });

  it('over a path of 500 ms is waited for longer, and over one of 10 s not more than 3 s longer', () => {
    const lostAt = (rttMs: number): readonly number[] => {
      const side = connected({ ...SILENT, rttMs });
      side.runUntil(8_000);
      return side.times('lost');
    };
    expect([lostAt(500), lostAt(10_000)]).toEqual([[3_500], [5_000]]);
  });

  it('and is connected to again goes on, and the end of the former path is no loss', () => {
    const side = connected({ isHeard: (atMs) => atMs > 2_500 });
    side.runUntil(2_400);
    side.tell({ kind: 'connected', attempt: 2, isContinued: true });
    expect(side.of('back')).toEqual([{ kind: 'back', outageMs: 2_400 }]);
    side.tell({ kind: 'closed', attempt: 1, detail: 'retired' });
    side.runUntil(10_000);
    expect([side.times('connect'), side.times('lost')]).toEqual([[0, 2_000], [2_000]]);
  });

  it('and is heard again on the old path is not punched for any more, whatever the attempt comes to', () => {
    const side = connected({ isHeard: (atMs) => atMs > 2_500 });
    side.runUntil(3_100);
    side.tell({ ...FAILED, attempt: 2 });
    side.runUntil(30_000);
    expect(side.of('back')).toEqual([{ kind: 'back', outageMs: 3_000 }]);
    expect(side.times('connect')).toEqual([0, 2_000]);
  });

  it('is tried again with growing pauses, and given up after the patience that there is', () => {
    const side = connected({ ...SILENT, patienceMs: 20_000 });
    for (let ms = 2_000; ms < 21_000; ms += 10) {
      side.runUntil(ms);
      side.tell({ ...FAILED, attempt: side.times('connect').length });
    }
    expect(side.of('attempt-failed').map(({ retryInMs }) => retryInMs)).toEqual([
      100, 300, 1_000, 2_000, 5_000, 10_000,
    ]);
    expect(side.times('connect')).toEqual([0, 2_000, 2_100, 2_400, 3_400, 5_400, 10_400]);
    expect(side.of('given-up')).toEqual([{ kind: 'given-up', reason: 'path-lost', detail: 'nobody came' }]);
    expect(side.times('given-up')).toEqual([20_000]);
  });

  it('is tried for ever where there is no end to the patience', () => {
    const side = connected({ ...SILENT, patienceMs: Number.POSITIVE_INFINITY });
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

  it('the peer has given up is punched anew though it is still heard here, and no more than twice a second', () => {
    const side = connected();
    for (let ms = 1_000; ms < 2_000; ms += 10) {
      side.runUntil(ms);
      side.tell({ kind: 'asked' });
      side.tell({ ...FAILED, attempt: side.times('connect').length });
    }
    expect(side.times('connect')).toEqual([0, 1_000, 1_500]);
  });
});

it('a doubt has the next attempt come at once', () => {
  const side = connected({ ...SILENT });
  for (let ms = 2_000; ms < 6_000; ms += 10) {
    side.runUntil(ms);
    side.tell({ ...FAILED, attempt: side.times('connect').length });
  }
  side.tell({ kind: 'doubt' });
  expect(side.times('connect')).toEqual([0, 2_000, 2_100, 2_400, 3_400, 5_400, 5_990]);
  expect(side.times('doubt')).toEqual([2_000, 5_990]);
});

describe('an attempt', () => {
  it('that is told of after it was given up changes nothing', () => {
    const side = connected(SILENT);
    side.runUntil(2_000);
    side.tell({ kind: 'moved' });
    expect(side.of('abandon')).toEqual([{ kind: 'abandon', attempt: 2 }]);
    side.tell({ ...FAILED, attempt: 2 });
    side.tell({ kind: 'connected', attempt: 2, isContinued: true });
    expect(side.of('attempt-failed')).toEqual([]);
    expect(side.of('connect').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('of which nothing is heard is given up 30 s after its wait', () => {
    const side = connected(SILENT);
    side.runUntil(42_200);
    expect([side.times('abandon'), side.times('connect')]).toEqual([[42_000], [0, 2_000, 42_100]]);
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
