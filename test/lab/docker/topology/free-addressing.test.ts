import { expect, it } from 'vitest';
import { AddressesTakenError } from '../../../../lab/docker/topology/addresses-taken-error.ts';
import {
  type Addressing,
  DEFAULT_ADDRESSING,
  serverPlace,
  sitePlace,
} from '../../../../lab/docker/topology/addressing.ts';
import { FREE_ADDRESSINGS, onFreeAddresses } from '../../../../lab/docker/topology/free-addressing.ts';

/** Refuses as many as that. */
function engine(refusals: number) {
  const asked: Addressing[] = [];
  let cleared = 0;
  return {
    asked,
    cleared: () => cleared,
    start: async (addressing: Addressing): Promise<Addressing> => {
      asked.push(addressing);
      if (asked.length <= refusals) throw new AddressesTakenError(addressing.publicPrefix);
      return addressing;
    },
    clear: async () => {
      cleared += 1;
    },
  };
}

it('the first addresses that the engine takes are those of the lab, and what was begun before is cleared', async () => {
  const { start, clear, asked, cleared } = engine(2);
  expect(await onFreeAddresses(start, clear)).toBe(FREE_ADDRESSINGS[2]);
  expect(asked).toEqual(FREE_ADDRESSINGS.slice(0, 3));
  expect(cleared()).toBe(2);
});

it('when all are taken, that is said, after each has been tried once', async () => {
  const { start, clear, asked, cleared } = engine(100);
  await expect(onFreeAddresses(start, clear)).rejects.toThrow('all addresses that a lab takes are taken');
  expect([asked.length, cleared()]).toEqual([FREE_ADDRESSINGS.length, FREE_ADDRESSINGS.length]);
});

it('any other failure is thrown at once', async () => {
  const { clear, cleared } = engine(0);
  await expect(onFreeAddresses(() => Promise.reject(new Error('no image')), clear)).rejects.toThrow('no image');
  expect(cleared()).toBe(0);
});

it('no two of them, nor the default, have a network in common with thirty sites of each kind', () => {
  const subnets = [DEFAULT_ADDRESSING, ...FREE_ADDRESSINGS].flatMap((addressing) => [
    serverPlace(addressing).subnet,
    ...Array.from({ length: 30 }, (_, index) =>
      [false, true].map((routed) => sitePlace(addressing, { index, clients: 1, routed }).subnet),
    ).flat(),
  ]);
  expect(new Set(subnets).size).toBe(subnets.length);
});
