import { describe, expect, it } from 'vitest';
import { createHost } from '../../../../lab/sim/network/host.ts';
import { addressPool } from '../../../../lab/sim/network/realm.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import type { Family } from '../../../../src/endpoint.ts';

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

  it('gives out IPv6 addresses that are asked for, as RFC 5952 writes them', () => {
    const { internet } = createWorld({ seed: 1 });
    const addresses = Array.from({ length: 17 }, () => internet.allocate('IPv6'));
    expect([addresses[0], addresses[9], addresses[16]]).toEqual(['2001:db8:1::1', '2001:db8:1::a', '2001:db8:1::11']);
    expect(internet.allocate()).toBe('198.51.100.1');
  });
});

describe('a pool of addresses', () => {
  it.each<[Family, prefix: string, first: number, refusal: string]>([
    ['IPv4', '10.0.0', 253, 'no address is left in 10.0.0.0/24'],
    ['IPv6', '2001:db8:0:7', 0xff_fe, 'no address is left in 2001:db8:0:7::/112'],
  ])('is at its end when it has none left: %s, %s', (family, prefix, first, refusal) => {
    const next = addressPool(family, { prefix, first });
    for (let given = 0; given < 2; given++) next();
    expect(next).toThrow(new RangeError(refusal));
  });

  it('gives IPv6 addresses of any prefix as RFC 5952 writes them', () => {
    expect(addressPool('IPv6', { prefix: 'fd0a:0012:0:1', first: 0x10 })()).toBe('fd0a:12:0:1::10');
    expect(addressPool('IPv6', { prefix: 'fd0a:0012:0:0', first: 0x10 })()).toBe('fd0a:12::10');
  });
});
