/** Which other addresses of a server are believed: none that would have this host send where the server is not itself. */
import { expect, it } from 'vitest';
import { isUsableAlternate } from '../../../src/nat/discovery/alternate.ts';

const PUBLIC = { address: '203.0.113.10', port: 3478 };

it.each([
  ['203.0.113.11', true],
  ['203.0.113.10', false],
  ['127.0.0.1', false],
  ['10.0.0.1', false],
  ['100.64.0.1', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['0.0.0.0', false],
  ['2001:db8::1', false],
])('a public server with %s as its other address: %s', (address, usable) => {
  expect(isUsableAlternate(PUBLIC, { address, port: 3479 })).toBe(usable);
});

it.each([
  ['127.0.0.1', '127.0.0.2', true],
  ['10.0.0.1', '10.0.0.2', true],
  ['10.0.0.1', '192.168.0.2', true],
  ['10.0.0.1', '203.0.113.11', true],
  ['10.0.0.1', '127.0.0.1', false],
  ['127.0.0.1', '10.0.0.1', false],
  ['fd00::1', 'fd00::2', true],
  ['2001:db8::1', 'fd00::2', false],
  ['2001:db8::1', '::ffff:10.0.0.1', false],
  ['2001:db8::1', 'fe80::1', false],
])('a server at %s with %s as its other address: %s', (server, other, usable) => {
  expect(isUsableAlternate({ address: server, port: 3478 }, { address: other, port: 3479 })).toBe(usable);
});

it.each([3478, 0])('its other port is not %i', (port) => {
  expect(isUsableAlternate(PUBLIC, { address: '203.0.113.11', port })).toBe(false);
});
