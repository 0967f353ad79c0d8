import { expect, it } from 'vitest';
import {
  createWindow,
  WINDOW_MIN_BYTES,
  type Window,
  windowShare,
} from '../../../../src/tunnel/session/stream/window.ts';

const MIB = 1_024 * 1_024;
const GROWTHS = 10;

/** Reads whatever comes, some times. Returns how many bytes may wait to be read after that. */
function readAll(window: Window): number {
  let consumed = 0;
  for (let time = 0; time < GROWTHS; time++) {
    consumed = window.limit();
    window.grant(consumed);
  }
  return window.limit() - consumed;
}

it('a window doubles while it is read, up to its share', () => {
  const window = createWindow(() => MIB);
  expect(window.grant(WINDOW_MIN_BYTES / 2 - 1)).toBe(false);
  expect(window.grant(WINDOW_MIN_BYTES / 2)).toBe(true);
  expect(window.limit()).toBe(WINDOW_MIN_BYTES / 2 + 2 * WINDOW_MIN_BYTES);
  expect(readAll(window)).toBe(MIB);
});

it('a window whose share has become smaller takes nothing back, and gives less from then on', () => {
  const share = { bytes: 4 * MIB };
  const window = createWindow(() => share.bytes);
  readAll(window);
  const limit = window.limit();
  share.bytes = MIB;
  expect([window.grant(limit - MIB), window.limit()]).toEqual([false, limit]);
  expect(readAll(window)).toBe(MIB);
});

it('the windows of all streams are bounded, though each grew as far as it could when it was the last one', () => {
  let together = 0;
  for (let streams = 1; streams <= 1_024; streams++) together += readAll(createWindow(() => windowShare(streams)));
  expect(Math.ceil(together / MIB)).toBe(238);
  expect([1, 8, 16, 1_024].map(windowShare)).toEqual([4 * MIB, 4 * MIB, 2 * MIB, WINDOW_MIN_BYTES]);
});

it('what has come is told more rarely the larger the window is', () => {
  const window = createWindow(() => 4 * MIB);
  expect(window.tellEvery()).toBe(65_536);
  readAll(window);
  expect(window.tellEvery()).toBe(MIB);
});

it('what has come is told as often as a peer needs that may keep less by now, since there are more streams', () => {
  const share = { bytes: 4 * MIB };
  const window = createWindow(() => share.bytes);
  readAll(window);
  share.bytes = windowShare(256);
  expect(window.tellEvery()).toBe(WINDOW_MIN_BYTES / 2);
});
