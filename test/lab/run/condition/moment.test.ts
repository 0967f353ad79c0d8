import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { untilMoment } from '../../../../lab/run/condition/moment.ts';
import { createOutput } from '../../../../lab/run/program/output.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const { signal } = new AbortController();

/** Whether it has come. */
function watch(moment: Promise<void>): () => boolean {
  let hasCome = false;
  void moment.then(() => {
    hasCome = true;
  });
  return () => hasCome;
}

it('a moment comes so long after the start of the try', async () => {
  const startedAt = performance.now() - 400;
  const output = (): never => expect.unreachable();
  const hasCome = watch(untilMoment({ kind: 'time', afterMs: 1000 }, { startedAt, output, signal }));
  await vi.advanceTimersByTimeAsync(599);
  expect(hasCome()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(hasCome()).toBe(true);
});

it('a moment comes so long after a line of this try', async () => {
  const said = createOutput();
  const say = (at: number): void => said.take({ at, stream: 'stdout', text: 'direct' });
  const startedAt = performance.now();
  say(startedAt - 1);
  const when = { kind: 'line', of: 'relay', pattern: /direct/, afterMs: 50 } as const;
  const hasCome = watch(untilMoment(when, { startedAt, output: () => said, signal }));
  await vi.advanceTimersByTimeAsync(1000);
  say(performance.now());
  await vi.advanceTimersByTimeAsync(49);
  expect(hasCome()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(hasCome()).toBe(true);
});
