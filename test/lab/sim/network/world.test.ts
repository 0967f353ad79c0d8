import { describe, expect, it } from 'vitest';
import { createHost } from '../../../../lab/sim/network/host.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';

describe('world', () => {
  it.each([-1, 1.5, Number.NaN, 2 ** 53])('refuses the seed %s', (seed) => {
    const refusal = new RangeError(`seed is ${seed}; it must be an integer from 0 to 9007199254740991`);
    expect(() => createWorld({ seed })).toThrow(refusal);
  });

  it('gives out no address that a host has been given already', () => {
    const world = createWorld({ seed: 1 });
    createHost(world, { name: 'fixed', addresses: ['198.51.100.1', '198.51.100.2'] });
    expect(createHost(world, { name: 'next' }).addresses).toEqual(['198.51.100.3']);
  });
});
