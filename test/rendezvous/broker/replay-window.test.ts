import { expect, it } from 'vitest';
import { createReplayWindow } from '../../../src/rendezvous/broker/replay-window.ts';

it('takes each number once, in any order', () => {
  const { take } = createReplayWindow();
  expect([3, 1, 2, 3, 2, 1, 4].map(take)).toEqual([true, true, true, false, false, false, true]);
});

it('takes none that is 64 behind the highest', () => {
  const { take } = createReplayWindow();
  expect([100, 37, 36].map(take)).toEqual([true, true, false]);
});

it('takes none up to the highest once it was closed', () => {
  const { take, close } = createReplayWindow();
  take(5);
  close();
  expect([4, 5, 6].map(take)).toEqual([false, false, true]);
});
