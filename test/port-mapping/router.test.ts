/** What is taken for a router's address on its outside, by its own word. */
import { expect, it } from 'vitest';
import { wanAddress } from '../../src/port-mapping/router.ts';

it.each(['203.0.113.101', '10.0.0.1', '192.168.1.1', '100.64.0.1', '8.8.8.8'])('%s is one', (address) => {
  expect(wanAddress(address)).toBe(address);
});

it.each([
  null,
  undefined,
  '',
  '0.0.0.0',
  '0.1.2.3',
  '999.999.999.999',
  '256.0.0.1',
  '010.0.0.1',
  '127.0.0.1',
  '169.254.1.1',
  '224.0.0.1',
  '255.255.255.255',
  '10.0.0',
  '10.0.0.1 ',
  '::1',
  'router.lan',
])('%j is none', (text) => {
  expect(wanAddress(text)).toBeNull();
});
