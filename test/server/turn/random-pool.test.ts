import { expect, it } from 'vitest';
import { poolRandom } from '../../../server/turn/random-pool.ts';

/** Counts on, so that it shows which bytes are given. */
function counting() {
  let next = 0;
  const asked: number[] = [];
  const randomBytes = (length: number): Uint8Array => {
    asked.push(length);
    return Uint8Array.from({ length }, () => next++ % 251);
  };
  return { asked, randomBytes };
}

it('random bytes are given once each, and stay as they are when others follow', () => {
  const { asked, randomBytes } = counting();
  const take = poolRandom(randomBytes);
  const all = Array.from({ length: 700 }, () => take(12));
  expect(asked).toEqual([8_192, 8_192]);
  // 682 portions of 12 bytes leave 8 bytes of the first pool.
  const starts = [
    ...Array.from({ length: 682 }, (_, n) => n * 12),
    ...Array.from({ length: 18 }, (_, n) => 8_192 + n * 12),
  ];
  expect(all.map((one) => [...one])).toEqual(starts.map((at) => Array.from({ length: 12 }, (_, n) => (at + n) % 251)));
});

it('what is more than the pool holds is asked for by itself', () => {
  const { asked, randomBytes } = counting();
  expect(poolRandom(randomBytes)(10_000)).toHaveLength(10_000);
  expect(asked).toEqual([10_000]);
});
