/** Roles: opposite for the two, by mapping first, then by id. */
import { expect, it } from 'vitest';
import type { ToldBehavior } from '../../../src/rendezvous/protocol/fields.ts';
import { type RoleParty, roleOf } from '../../../src/rendezvous/protocol/role.ts';

const MAPPINGS: readonly ToldBehavior['mapping'][] = [
  'none',
  'endpoint-independent',
  'undetermined',
  'address-dependent',
  'address-and-port-dependent',
];
const party = (id: string, mapping: ToldBehavior['mapping']): RoleParty => ({
  id,
  behavior: { mapping, filtering: 'undetermined' },
});

it('the side with a destination-dependent mapping is controlled, whatever the ids', () => {
  for (const moving of ['address-dependent', 'address-and-port-dependent'] as const) {
    expect(roleOf(party('a', moving), party('b', 'endpoint-independent'))).toBe('controlled');
    expect(roleOf(party('b', moving), party('a', 'endpoint-independent'))).toBe('controlled');
    expect(roleOf(party('a', 'endpoint-independent'), party('b', moving))).toBe('controlling');
  }
});

it('of two alike the id that comes first by character codes is controlling', () => {
  expect(roleOf(party('B', 'none'), party('a', 'undetermined'))).toBe('controlling');
  expect(roleOf(party('b', 'address-dependent'), party('a', 'address-and-port-dependent'))).toBe('controlled');
});

it('the two roles of a pair are never the same', () => {
  for (const one of MAPPINGS) {
    for (const other of MAPPINGS) {
      const [a, b] = [party('a', one), party('b', other)];
      expect([roleOf(a, b), roleOf(b, a)].toSorted()).toEqual(['controlled', 'controlling']);
    }
  }
});
