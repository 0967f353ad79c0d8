/** What is said while a peer is waited for. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWaiting } from '../../../../cli/render/progress/waiting.ts';

const WAITED = { peer: 'bob', seconds: 60, line: 'natcheck punch --id bob --peer alice', hasToken: false };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(more: Partial<typeof WAITED> = {}) {
  const lines: string[] = [];
  const said: string[] = [];
  const waiting = createWaiting(
    { ...WAITED, ...more },
    { line: (text) => lines.push(text), say: (text) => said.push(text) },
  );
  return { waiting, lines, said };
}

it('names the time and the line to run, once, and counts down', () => {
  const { waiting, lines, said } = start();
  waiting.begin();
  waiting.begin();
  vi.advanceTimersByTime(3_500);
  expect(lines).toEqual([
    'bob has 60 s to come; run this on the other machine:\n  natcheck punch --id bob --peer alice',
  ]);
  expect(said).toEqual([59, 58, 57].map((left) => `waiting for bob, ${left} s left`));
  waiting[Symbol.dispose]();
  vi.advanceTimersByTime(60_000);
  expect(said).toHaveLength(3);
});

it('names no token, and says that there is one', () => {
  const { waiting, lines } = start({ hasToken: true });
  waiting.begin();
  vi.advanceTimersByTime(1_000);
  expect(lines[0]).toMatch(
    /^bob has 60 s to come; run this on the other machine, with the same token in --token or NATCHECK_TOKEN:\n/,
  );
  waiting[Symbol.dispose]();
});

it('says nothing of a peer that is there already', () => {
  const { waiting, lines } = start();
  waiting.begin();
  vi.advanceTimersByTime(999);
  waiting[Symbol.dispose]();
  waiting.begin();
  vi.advanceTimersByTime(60_000);
  expect(lines).toEqual([]);
});
