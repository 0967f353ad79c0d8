import { expect, it } from 'vitest';
import { createKept } from '../../../../src/tunnel/session/stream/kept.ts';
import { createSpareBuffers } from '../../../../src/tunnel/session/stream/spare-buffers.ts';

/** Spare buffers that count how many are in use. */
function countedBuffers() {
  const spare = createSpareBuffers();
  const count = { used: 0 };
  const take = (): Buffer => {
    count.used++;
    return spare.take();
  };
  const give = (buffer: Buffer): void => {
    count.used--;
    spare.give(buffer);
  };
  return { take, give, count };
}

it('bytes that are written one by one share a piece of memory', () => {
  const kept = createKept(createSpareBuffers());
  const first = put(kept, [1]);
  const second = put(kept, [2]);
  expect([first, second]).toEqual([1, 1]);
  expect([...kept.from(0)]).toEqual([1, 2]);
});

it('a few bytes take no large buffer, and many give theirs back once they are dropped', () => {
  const spare = countedBuffers();
  const kept = createKept(spare);
  put(kept, new Array(100).fill(1));
  expect(spare.count.used).toBe(0);
  kept.put([Buffer.alloc(65_536), Buffer.alloc(65_536)], 65_536);
  kept.put([Buffer.alloc(65_536)], 65_536);
  expect(spare.count.used).toBe(2);
  kept.drop(100 + 65_536 + 1);
  expect([spare.count.used, kept.base(), kept.from(kept.base()).length]).toEqual([1, 65_637, 65_535]);
  kept.drop(kept.end());
  expect([spare.count.used, kept.from(kept.end()).length]).toEqual([0, 0]);
});

it('a buffer that was given back is the next one that is taken', () => {
  const spare = createSpareBuffers();
  const buffer = spare.take();
  spare.give(buffer);
  expect([spare.take() === buffer, spare.take() === buffer]).toEqual([true, false]);
});

function put(kept: ReturnType<typeof createKept>, bytes: readonly number[]): number {
  return kept.put([Buffer.from(bytes)], 65_536);
}
