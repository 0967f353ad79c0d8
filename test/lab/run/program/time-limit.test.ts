/** A limit of time that is for work, and not for a machine that has no time. */
import { expect, it } from 'vitest';
import { withinLimit } from '../../../../lab/run/program/time-limit.ts';

it('ends what computes for longer than a second', () => {
  expect(withinLimit(() => /^(a+)+$/.test(`${'a'.repeat(60)}!`))).toBe('late');
});

it('does again what got no time of the processor', () => {
  const never = new Int32Array(new SharedArrayBuffer(4));
  let calls = 0;
  const work = (): string => {
    if (++calls === 1) Atomics.wait(never, 0, 0, 1_500);
    return 'done';
  };
  expect([withinLimit(work), calls]).toEqual([{ value: 'done' }, 2]);
});
