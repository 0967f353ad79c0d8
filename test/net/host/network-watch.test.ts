/** What counts as a change of the network. */
import { expect, it } from 'vitest';
import { changesBetween, type NetworkSight, watchNetwork } from '../../../src/net/host/network-watch.ts';

const BEFORE: NetworkSight = { addresses: ['127.0.0.1', '192.168.1.7'], wallMs: 1_000, monotonicMs: 10 };
const later = (seen: Partial<NetworkSight>): NetworkSight => ({
  ...BEFORE,
  wallMs: 2_000,
  monotonicMs: 1_010,
  ...seen,
});

it.each([
  ['nothing, where the addresses only come in another order', { addresses: ['192.168.1.7', '127.0.0.1'] }, []],
  ['nothing, where the tick is 5 s late', { wallMs: 7_000, monotonicMs: 6_010 }, []],
  ['sleep, which the monotonic clock does not count', { wallMs: 7_001 }, ['woke']],
  ['a process that was stopped, while the clock was set back', { wallMs: 0, monotonicMs: 6_011 }, ['woke']],
  ['an address that is gone', { addresses: ['127.0.0.1'] }, ['addresses']],
  [
    'sleep, and another network after it',
    { addresses: ['127.0.0.1', '10.0.0.9'], wallMs: 90_000 },
    ['woke', 'addresses'],
  ],
])('is %s', (_what, seen, changes) => {
  expect(changesBetween(BEFORE, later(seen))).toEqual(changes);
});

it('is watched for until it is disposed of', () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const watch = watchNetwork(() => {});
  expect(timers()).toBe(before + 1);
  watch[Symbol.dispose]();
  expect(timers()).toBe(before);
});
