import { expect, it } from 'vitest';
import { hex } from '../../src/stun/hex.ts';

it('writes two lower-case digits for each byte, of a part of a buffer only that part', () => {
  expect(hex(Uint8Array.of(0, 10, 255))).toBe('000aff');
  expect(hex(Uint8Array.of(1, 2, 3, 4).subarray(1, 3))).toBe('0203');
  expect(hex(new Uint8Array())).toBe('');
});
