import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../lab/sim/network/random.ts';
import { openMessage, SEALED_LENGTHS, sealMessage, TEXT_MAX_BYTES } from '../../../src/rendezvous/broker/seal.ts';

const { bytes: randomBytes } = createRandom(1);
const KEY = randomBytes(32);

describe('a sealed message', () => {
  it.each(['', 'a', 'ä€😀', 'x'.repeat(2_004), 'x'.repeat(2_005), 'x'.repeat(TEXT_MAX_BYTES)])(
    'opens to what was sealed (%#)',
    (text) => {
      expect(openMessage(KEY, sealMessage(KEY, text, randomBytes))).toBe(text);
    },
  );

  it.each([
    [0, 2_048],
    [2_004, 2_048],
    [2_005, 8_192],
    [8_148, 8_192],
    [8_149, 32_768],
  ])('of %i bytes has %i', (size, length) => {
    expect(sealMessage(KEY, 'x'.repeat(size), randomBytes).length).toBe(length);
  });

  it('that would be longer than any is refused', () => {
    expect(() => sealMessage(KEY, 'x'.repeat(TEXT_MAX_BYTES + 1), randomBytes)).toThrow(RangeError);
  });

  it('is another one each time', () => {
    const [one, other] = [1, 2].map(() => sealMessage(KEY, 'same', randomBytes));
    expect(one).not.toEqual(other);
  });

  it('opens with no other key', () => {
    const sealed = sealMessage(KEY, 'text', randomBytes);
    expect(
      openMessage(
        KEY.map((byte) => byte ^ 1),
        sealed,
      ),
    ).toBeNull();
  });

  it.each([0, 1, 24, 2_047, 2_049, ...SEALED_LENGTHS])('is none of %i random bytes', (length) => {
    expect(openMessage(KEY, randomBytes(length))).toBeNull();
  });
});
