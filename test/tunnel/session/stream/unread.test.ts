import { describe, expect, it } from 'vitest';
import { createUnread, GATHER_BYTES } from '../../../../src/tunnel/session/stream/unread.ts';

/** A buffer that is read by hand. */
function createReader() {
  const chunks: Uint8Array[] = [];
  const waiting = (): number => chunks.reduce((sum, { length }) => sum + length, 0);
  return { chunks, unread: createUnread({ push: (chunk) => chunks.push(chunk), waiting }) };
}

/** A view into as much memory as libudx reads at once. */
const viewOf = (bytes: number): Uint8Array =>
  Buffer.allocUnsafeSlow(67_584)
    .fill(1)
    .subarray(100, 100 + bytes);

const lengths = (chunks: readonly Uint8Array[]): readonly number[] => chunks.map(({ length }) => length);

describe('what nobody reads', () => {
  it('takes few chunks, however small the frames are', () => {
    const { chunks, unread } = createReader();
    const frame = Uint8Array.of(7);
    for (let count = 0; count < 131_072; count++) unread.put(frame);
    expect(chunks.length).toBe(131_072 / GATHER_BYTES);
    unread.flush();
    expect(Buffer.concat(chunks)).toEqual(Buffer.alloc(131_072, 7));
  });

  it.each([1, 100, 2_047, 2_048, 30_000, 67_000])(
    'takes no more than twice its bytes of memory in frames of %i',
    (bytes) => {
      const { chunks, unread } = createReader();
      for (let count = 0; count < 50; count++) unread.put(viewOf(bytes));
      unread.flush();
      const held = new Set(chunks.map(({ buffer }) => buffer));
      const memory = Array.from(held, ({ byteLength }) => byteLength).reduce((sum, length) => sum + length, 0);
      expect(memory).toBeLessThanOrEqual(2 * 50 * bytes);
    },
  );

  it('keeps its order where small frames and large ones take turns', () => {
    const { chunks, unread } = createReader();
    for (const byte of [1, 2, 3, 4, 5, 6]) unread.put(Buffer.alloc(byte % 2 === 0 ? 5_000 : 10, byte));
    unread.flush();
    expect(lengths(chunks)).toEqual([10, 5_000, 10, 5_000, 10, 5_000]);
    expect(chunks.map(([byte]) => byte)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a reader', () => {
  it('gets a frame at once when nothing waits in front of it', () => {
    const { chunks, unread } = createReader();
    unread.put(Buffer.alloc(3));
    expect(lengths(chunks)).toEqual([3]);
  });

  it('gets what was gathered when it reads', () => {
    const { chunks, unread } = createReader();
    for (const bytes of [3, 4, 5]) unread.put(Buffer.alloc(bytes));
    expect([lengths(chunks), unread.gathered()]).toEqual([[3], 9]);
    unread.read(0);
    expect([lengths(chunks), unread.gathered()]).toEqual([[3, 9], 0]);
  });

  it('that waits for so many bytes at once gets them as soon as they are there', () => {
    const { chunks, unread } = createReader();
    unread.put(Buffer.alloc(3));
    unread.read(10);
    unread.put(Buffer.alloc(6));
    expect(lengths(chunks)).toEqual([3]);
    unread.put(Buffer.alloc(1));
    expect(lengths(chunks)).toEqual([3, 7]);
  });
});
