import { expect, it } from 'vitest';
import type { Udx } from '../../../../src/net/udx/native.ts';
import { takeNativeId } from '../../../../src/tunnel/session/native/native-ids.ts';

it('ids that are in use differ in their lower halves, and one that was given back can come again', () => {
  const table = {} as Udx;
  const taken = Array.from({ length: 0x1_0000 }, () => takeNativeId(table));
  expect(new Set(taken.map(({ id }) => id % 0x1_0000)).size).toBe(0x1_0000);
  expect(() => takeNativeId(table)).toThrow('too many native streams are open');
  taken[77]?.free();
  expect(takeNativeId(table).id % 0x1_0000).toBe((taken[77]?.id ?? 0) % 0x1_0000);
});
