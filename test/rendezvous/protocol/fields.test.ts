/** What a peer may say of its NAT, and a server of an introduction: nothing that a punch could not be made from. */
import { describe, expect, it } from 'vitest';
import { behavior } from '../../../src/rendezvous/protocol/fields.ts';
import { serverMessage } from '../../../src/rendezvous/protocol/server-message.ts';

const told = (allocation: unknown) => ({
  mapping: 'address-and-port-dependent',
  filtering: 'address-and-port-dependent',
  allocation,
});

describe('an allocation', () => {
  it.each([
    ['a range from its last port to its first', { kind: 'range', step: null, range: { first: 3, last: 1 } }],
    ['a range of ports that there are not', { kind: 'range', step: null, range: { first: 1, last: 65_536 } }],
    ['a range from port 0', { kind: 'range', step: null, range: { first: 0, last: 9 } }],
    ['a range of no numbers', { kind: 'range', step: null, range: { first: Number.NaN, last: 9 } }],
    ['a range of parts of ports', { kind: 'range', step: null, range: { first: 1024.5, last: 2048 } }],
    ['a counter that stands still', { kind: 'sequential', step: 0, range: null }],
    ['a step beyond all ports', { kind: 'sequential', step: 65_536, range: null }],
  ])('is refused with %s', (_what, allocation) => {
    expect(behavior.safeParse(told(allocation)).success).toBe(false);
  });

  it.each([
    ['one port', { kind: 'range', step: null, range: { first: 3, last: 3 } }],
    ['all ports', { kind: 'range', step: null, range: { first: 1, last: 65_535 } }],
    ['a counter that goes down', { kind: 'sequential', step: -2, range: null }],
    ['a counter of which the step is not told', { kind: 'sequential', step: null, range: null }],
  ])('is taken with %s', (_what, allocation) => {
    expect(behavior.parse(told(allocation))).toEqual(told(allocation));
  });
});

it.each([
  ['is that of a NAT which changes the port', 'changes-port', true],
  ['is left out of a NAT which forgets', undefined, true],
  ['is no other word', 'forgotten', false],
])('what an early packet does %s', (_what, early, expected) => {
  const known = { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent', early };
  expect(behavior.safeParse(known)).toMatchObject(expected ? { success: true, data: known } : { success: false });
});

it.each([
  [0, true],
  [10_000, true],
  [10_001, false],
  [86_400_000, false],
])('an introduction that starts in %d ms is taken: %s', (startInMs, expected) => {
  const place = { address: '203.0.113.7', port: 40_000 };
  const introduction = {
    type: 'introduction',
    peer: 'bob',
    endpoint: place,
    candidates: [],
    behavior: { mapping: 'none', filtering: 'none' },
    own: place,
    role: 'controlled',
    key: 'k'.repeat(43),
    startInMs,
  };
  expect(serverMessage.safeParse(introduction).success).toBe(expected);
});

it('the words of a refusal are cut after 256 characters', () => {
  const refusal = { type: 'error', code: 'room-full', message: 'x'.repeat(100_000) };
  expect(serverMessage.parse(refusal)).toEqual({ ...refusal, message: 'x'.repeat(256) });
});
