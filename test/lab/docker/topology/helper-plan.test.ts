import { expect, it } from 'vitest';
import { DEFAULT_ADDRESSING } from '../../../../lab/docker/topology/addressing.ts';
import { planHelpers } from '../../../../lab/docker/topology/helper-plan.ts';
import { planLab } from '../../../../lab/docker/topology/plan.ts';
import { dualStack, IPV6_ACCESSES, SYMMETRIC } from '../../../../lab/profiles.ts';

const addressing = DEFAULT_ADDRESSING;

it('helpers have the addresses between the bridge and the server, of each family that the lab has', () => {
  const input = { clientsPerSite: 1, addressing, helpers: ['relay', 'tracker'] };
  expect(planLab({ ...input, profiles: [SYMMETRIC] }).helpers).toEqual([
    { name: 'relay', address: '203.0.113.2', address6: null },
    { name: 'tracker', address: '203.0.113.3', address6: null },
  ]);
  const profiles = IPV6_ACCESSES.slice(0, 1).map((ipv6) => dualStack(SYMMETRIC, ipv6));
  expect(planLab({ ...input, profiles }).helpers.map(({ address6 }) => address6)).toEqual([
    '2001:db8::2',
    '2001:db8::3',
  ]);
});

it('eight helpers fit', () => {
  const names = Array.from({ length: 8 }, (_, index) => `h${index}`);
  expect(planHelpers(names, { addressing, hasIpv6: false }).at(-1)?.address).toBe('203.0.113.9');
  expect(() => planHelpers([...names, 'h8'], { addressing, hasIpv6: false })).toThrow(
    'the container lab has no more than 8 helpers, not 9',
  );
});

it.each([
  [['a b'], 'a helper has a name of letters, digits, "-", "_" and ".", not "a b"'],
  [[''], 'not ""'],
  [['a', 'b', 'a'], 'two helpers have the name "a"'],
])('the names %j are refused', (names, message) => {
  expect(() => planHelpers(names, { addressing, hasIpv6: false })).toThrow(message);
});
