import { expect, it } from 'vitest';
import { behindNat, NAT64, UDP_BLOCKED } from '../../../lab/accesses.ts';
import { FULL_CONE, PORT_RESTRICTED, SYMMETRIC } from '../../../lab/profiles.ts';
import { expectedCell, isExpected } from '../../../lab/run/expectation.ts';

const [cone, strict, symmetric] = [FULL_CONE, PORT_RESTRICTED, SYMMETRIC].map(behindNat) as [
  ReturnType<typeof behindNat>,
  ReturnType<typeof behindNat>,
  ReturnType<typeof behindNat>,
];

it.each([
  [cone, symmetric, 'direct', 'direct'],
  [strict, strict, 'direct', 'direct'],
  [strict, symmetric, 'anything', 'any-path'],
  [symmetric, symmetric, 'none', 'relayed'],
  [NAT64, cone, 'direct', 'direct'],
  [NAT64, NAT64, 'direct', 'direct'],
  [NAT64, symmetric, 'anything', 'any-path'],
  [UDP_BLOCKED, cone, 'none', 'relayed'],
] as const)('arithmetic: $0.name × $1.name', (a, b, withoutRelay, withRelay) => {
  expect(expectedCell({ kind: 'arithmetic', hasRelay: false }, a, b).outcome).toBe(withoutRelay);
  expect(expectedCell({ kind: 'arithmetic', hasRelay: true }, a, b).outcome).toBe(withRelay);
});

it('a table says what is right for a pair, and arithmetic the others', () => {
  const expected = {
    kind: 'table',
    cells: new Map([['full-cone×symmetric', 'relayed' as const]]),
    otherwise: { kind: 'arithmetic', hasRelay: true },
  } as const;
  expect(expectedCell(expected, cone, symmetric)).toEqual({ outcome: 'relayed', why: 'as the lab file says' });
  expect(expectedCell(expected, symmetric, cone).outcome).toBe('direct');
});

it('success that no router saw, and what could not be run, is never right', () => {
  for (const outcome of ['direct', 'relayed', 'any-path', 'none', 'anything'] as const) {
    expect(isExpected('unseen', { outcome })).toBe(false);
    expect(isExpected('error', { outcome })).toBe(false);
  }
});
