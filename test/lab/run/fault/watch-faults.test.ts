import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Fault, FaultAction } from '../../../../lab/file/lab-file.ts';
import type { Breaker } from '../../../../lab/run/fault/breaker.ts';
import { type WatchedFaults, watchFaults } from '../../../../lab/run/fault/watch-faults.ts';
import { createOutput, SlowPatternError } from '../../../../lab/run/program/output.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const cut: FaultAction = { kind: 'cut', side: 'a' };
const restore: FaultAction = { kind: 'restore', side: 'a' };
const after = (afterMs: number, what: FaultAction): Fault => ({ when: { kind: 'time', afterMs }, what });
const afterLine = (afterMs: number, what: FaultAction): Fault => ({
  when: { kind: 'line', of: 'b', pattern: /connected/, afterMs },
  what,
});

/** Notes what it is told; `make` can be made to wait or fail. */
const breakerOf = (make: Breaker['make'] = async () => {}): { readonly breaker: Breaker; readonly log: string[] } => {
  const log: string[] = [];
  return {
    log,
    breaker: {
      make: async (what) => {
        log.push(what.kind);
        await make(what);
        log.push(`${what.kind} is made`);
      },
      undo: async () => void log.push('undone'),
    },
  };
};

const watch = (faults: readonly Fault[], breaker: Breaker, output = createOutput()): WatchedFaults =>
  watchFaults(faults, { startedAt: performance.now(), output: () => output, breaker });

it('each fault is made when it is due, and told with its time, and all have happened after the last one', async () => {
  const { breaker, log } = breakerOf();
  const output = createOutput();
  const faults = watch([afterLine(500, restore), after(1000, cut)], breaker, output);
  let haveHappened = false;
  void faults.happened.then(() => {
    haveHappened = true;
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(log).toEqual(['cut', 'cut is made']);
  await vi.advanceTimersByTimeAsync(1000);
  output.take({ at: performance.now(), stream: 'stdout', text: 'connected' });
  await vi.advanceTimersByTimeAsync(499);
  expect(haveHappened).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(haveHappened).toBe(true);
  expect(faults.told()).toEqual([
    { atMs: 1000, what: "a's link is cut" },
    { atMs: 2500, what: "a's link works again" },
  ]);
  await faults[Symbol.asyncDispose]();
  expect(log).toEqual(['cut', 'cut is made', 'restore', 'restore is made', 'undone']);
});

it('a fault waits for the one before it', async () => {
  const cutting = Promise.withResolvers<void>();
  const { breaker, log } = breakerOf(({ kind }) => (kind === 'cut' ? cutting.promise : Promise.resolve()));
  watch([after(0, cut), after(10, restore)], breaker);
  await vi.advanceTimersByTimeAsync(1000);
  expect(log).toEqual(['cut']);
  cutting.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual(['cut', 'cut is made', 'restore', 'restore is made']);
});

it('what has not happened is told, with what it waited for', async () => {
  const { breaker, log } = breakerOf();
  const output = createOutput();
  const faults = watch([afterLine(0, cut), after(1000, restore)], breaker, output);
  output.end('ended with 1');
  await vi.advanceTimersByTimeAsync(10);
  await faults[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(5000);
  expect(log).toEqual(['undone']);
  expect(faults.told()).toEqual([
    { atMs: null, what: "a's link is cut: b did not print /connected/ in time" },
    { atMs: null, what: "a's link works again: the try ended before" },
  ]);
});

it('the end of a try waits for the fault that is being made, and undoes it', async () => {
  const cutting = Promise.withResolvers<void>();
  const { breaker, log } = breakerOf(() => cutting.promise);
  const faults = watch([after(0, cut), after(0, restore)], breaker);
  await vi.advanceTimersByTimeAsync(0);
  const over = faults[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual(['cut']);
  cutting.resolve();
  await over;
  expect(log).toEqual(['cut', 'cut is made', 'undone']);
});

it('a fault that cannot be made is told with its number, no other is made after it, and all are undone', async () => {
  const { breaker, log } = breakerOf(() => Promise.reject(new Error('the router is gone')));
  const faults = watch([after(5, restore), after(0, cut)], breaker);
  const failed = expect(faults.failed).rejects.toMatchObject({ fault: 1, message: 'the router is gone' });
  await vi.advanceTimersByTimeAsync(1000);
  await failed;
  await faults[Symbol.asyncDispose]();
  expect(log).toEqual(['cut', 'undone']);
});

it('without faults all have happened at once', async () => {
  const { breaker } = breakerOf();
  await expect(watch([], breaker).happened).resolves.toBeUndefined();
});

it('a line that a helper has printed before the try does not count', async () => {
  const { breaker, log } = breakerOf();
  const output = createOutput();
  output.take({ at: performance.now() - 1, stream: 'stdout', text: 'connected' });
  watch([afterLine(0, cut)], breaker, output);
  await vi.advanceTimersByTimeAsync(10);
  expect(log).toEqual([]);
});

it('a pattern that takes too long is told as a fault that cannot be made', async () => {
  const { breaker } = breakerOf();
  const output = { find: () => Promise.reject(new SlowPatternError('it takes more than a second')) };
  const { failed } = watchFaults([afterLine(0, cut)], { startedAt: 0, output: () => output, breaker });
  await expect(failed).rejects.toMatchObject({ fault: 0, message: 'it takes more than a second' });
});
