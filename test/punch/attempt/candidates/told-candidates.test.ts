/** Whether a side is known by a relay alone, from what it has told and where the server has seen it. */
import { expect, it } from 'vitest';
import { relayAddresses, tellsRelayOnly } from '../../../../src/punch/attempt/candidates/told-candidates.ts';

const RELAYED = { address: '198.51.100.1', port: 50_000 };
const RELAY = '1 1 udp 16777215 198.51.100.1 50000 typ relay raddr 0.0.0.0 rport 9';
const HOST = '2 1 udp 2130706431 192.168.1.7 5000 typ host';

it.each([
  ['one that was seen through its only relay', [RELAY], RELAYED, true],
  ['one that has told of its own address as well', [RELAY, HOST], RELAYED, false],
  ['one that the server has seen elsewhere', [RELAY], { address: '203.0.113.7', port: 4000 }, false],
  ['one that has told of nothing', [], RELAYED, false],
] as const)('%s', (_who, candidates, seen, expected) => {
  expect(tellsRelayOnly(candidates, seen)).toBe(expected);
});

it('the addresses of the relays that candidates tell of are known, and no others', () => {
  expect(relayAddresses([RELAY, HOST, 'nonsense'])).toEqual(new Set([RELAYED.address]));
});
