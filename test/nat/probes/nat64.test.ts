import { expect, it } from 'vitest';
import { reachableOther } from '../../../src/nat/probes/nat64.ts';

const origin = { address: '203.0.113.10', port: 3478 };
const other = { address: '203.0.113.11', port: 3479 };
const at = (address: string) => ({ address, port: 3478 });

it.each([
  ['64:ff9b::cb00:710a', '64:ff9b::cb00:710b'],
  ['2001:db8:64::cb00:710a', '2001:db8:64::cb00:710b'],
])('the other address of a server that is reached as %s is behind the same prefix', (server, expected) => {
  expect(reachableOther(at(server), { other, origin })).toEqual({ address: expected, port: 3479 });
});

it.each([
  ['reached by IPv4', at('203.0.113.10'), { other, origin }],
  ['reached at an address that is not its own', at('64:ff9b::cb00:710c'), { other, origin }],
  ['that does not say where it answers from', at('64:ff9b::cb00:710a'), { other, origin: null }],
  ['with an other address of IPv6', at('2001:db8::10'), { other: at('2001:db8::11'), origin: at('2001:db8::10') }],
] as const)('a server %s is taken at its word', (_what, server, told) => {
  expect(reachableOther(server, told)).toBe(told.other);
});

it('a server without another address has none behind a prefix', () => {
  expect(reachableOther(at('64:ff9b::cb00:710a'), { other: null, origin })).toBeNull();
});
