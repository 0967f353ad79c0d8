/** Which answers to a search for routers are believed. */
import { expect, it } from 'vitest';
import { believedLocation } from '../../../src/port-mapping/upnp/ssdp.ts';

const answer = (location: string): string => `HTTP/1.1 200 OK\r\nLOCATION: ${location}\r\n\r\n`;

it.each([
  ['http://192.168.1.1:5000/igd.xml', '192.168.1.1'],
  ['http://10.0.0.1/', '10.0.0.1'],
])('to a host of a private network, a description at %s of the router %s is', (location, from) => {
  expect(believedLocation(answer(location), { from, local: '192.168.1.2' })?.href).toBe(location);
});

it.each([
  ['http://192.168.1.7:5000/', '192.168.1.1'],
  ['http://127.0.0.1:2375/', '127.0.0.1'],
  ['http://127.0.0.1:2375/', '192.168.1.1'],
  ['http://169.254.169.254/latest/', '169.254.169.254'],
  ['http://203.0.113.7/', '203.0.113.7'],
  ['http://router.example/', '192.168.1.1'],
  ['http://192.168.1.1@203.0.113.7/', '192.168.1.1'],
  ['https://192.168.1.1/', '192.168.1.1'],
  ['file://192.168.1.1/etc/passwd', '192.168.1.1'],
])('a description at %s, told by %s, is not', (location, from) => {
  expect(believedLocation(answer(location), { from, local: '192.168.1.2' })).toBeNull();
});

it.each([
  ['http://[fe80::1]:5000/igd.xml', 'fe80::1%eth0'],
  ['http://[2001:db8::1]:5000/igd.xml', '2001:db8::1'],
])('over IPv6 a description at %s, told by %s, is', (location, from) => {
  expect(believedLocation(answer(location), { from, local: '2001:db8::2' })?.href).toBe(location);
});

it.each([
  ['http://[2001:db8::1]:5000/igd.xml', 'fe80::1%eth0'],
  ['http://[fe80::2]:5000/igd.xml', 'fe80::1%eth0'],
  ['http://[fd00::1]:5000/igd.xml', 'fd00::1'],
  ['http://[::1]:2375/', '::1'],
  ['http://192.168.1.1/', 'fe80::1%eth0'],
  ['http://router.example/', 'fe80::1%eth0'],
])('over IPv6 a description at %s, told by %s, is not', (location, from) => {
  expect(believedLocation(answer(location), { from, local: '2001:db8::2' })).toBeNull();
});
