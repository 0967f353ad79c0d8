import { expect, it } from 'vitest';
import { accessNamed, behindNat, OPEN } from '../../../../lab/accesses.ts';
import { DEFAULT_ADDRESSING } from '../../../../lab/docker/topology/addressing.ts';
import { type Spare, spareOf } from '../../../../lab/docker/topology/spare.ts';
import { DYNAMIC, FULL_CONE, type NamedAccess } from '../../../../lab/profiles.ts';

const spare = (name: string | NamedAccess, index: number, sites: number): Spare | null => {
  const { access, ipv6 = null } = typeof name === 'string' ? (accessNamed(name) as NamedAccess) : name;
  return spareOf({ access, ipv6 }, { addressing: DEFAULT_ADDRESSING, index, sites });
};

it('the router of a NAT has a spare address behind those of all routers, and one of IPv6 where that is translated', () => {
  expect(spare(behindNat(FULL_CONE), 0, 4)).toEqual({ address: '203.0.113.105', address6: null });
  expect(spare('full-cone+nat66', 3, 4)).toEqual({ address: '203.0.113.108', address6: '2001:db8::108' });
  expect(spare('full-cone+ipv6-firewall', 3, 4)).toEqual({ address: '203.0.113.108', address6: null });
});

it('what has several public addresses, or none that is its own, has none, and neither has a site too many', () => {
  expect(spare(behindNat(DYNAMIC), 0, 1)).toBeNull();
  expect(spare(OPEN, 0, 1)).toBeNull();
  expect(spare(behindNat(FULL_CONE), 76, 76 + 1)).toBeNull();
  expect(spare(behindNat(FULL_CONE), 75, 76 + 1)).toEqual({ address: '203.0.113.253', address6: null });
});
