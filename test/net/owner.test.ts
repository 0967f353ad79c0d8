import { expect, it } from 'vitest';
import { createOwned } from '../../src/net/owner.ts';

it('all are disposed of, the last one first, also where some throw; the first error is told', async () => {
  const log: string[] = [];
  const owned = createOwned();
  for (const name of ['a', 'b', 'c', 'd']) {
    owned.add({
      [Symbol.asyncDispose]: async () => {
        log.push(name);
        if (name === 'b' || name === 'c') throw new Error(name);
      },
    });
  }
  await expect(owned[Symbol.asyncDispose]()).rejects.toThrow('c');
  expect(log).toEqual(['d', 'c', 'b', 'a']);
  await owned[Symbol.asyncDispose]();
  expect(log).toHaveLength(4);
});
