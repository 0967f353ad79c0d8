/** Which of a host's other addresses a punch uses. */
import type { NetworkInterfaceInfo } from 'node:os';
import { expect, it } from 'vitest';
import { isBesideTunnel, otherAddresses } from '../../../src/punch/reachability/other-addresses.ts';

const MAC = '02:00:00:00:00:01';

function at(address: string, more: Partial<NetworkInterfaceInfo> = {}): NetworkInterfaceInfo {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  return {
    address,
    family,
    netmask: '',
    mac: MAC,
    internal: false,
    cidr: null,
    scopeid: 0,
    ...more,
  } as NetworkInterfaceInfo;
}

const LOOPBACK = [at('127.0.0.1', { internal: true, mac: '00:00:00:00:00:00' })];
const WIFI = [at('192.168.1.7'), at('fe80::1'), at('2001:db8:1::7'), at('fd00::7'), at('2001:db8:1::8')];
const PHONE = [at('10.20.0.3')];
const VPN = [at('10.8.0.2', { mac: '00:00:00:00:00:00' })];
const HOST = { lo: LOOPBACK, wlan0: WIFI, wwan0: PHONE, wg0: VPN };

function others(first: string, more: Partial<Parameters<typeof otherAddresses>[1]> = {}): readonly string[] {
  return otherAddresses(HOST, { first, preferred: [], ...more });
}

it('are one of each family of each interface, a global one before others, those of the first interface first', () => {
  expect(others('192.168.1.7')).toEqual(['2001:db8:1::7', '10.20.0.3', '10.8.0.2']);
});

it('are those that the system would send from, where an interface has several', () => {
  expect(others('192.168.1.7', { preferred: ['2001:db8:1::8'] })[0]).toBe('2001:db8:1::8');
});

it('are of the wanted family only', () => {
  expect(others('192.168.1.7', { family: 'IPv4' })).toEqual(['10.20.0.3', '10.8.0.2']);
  expect(others('2001:db8:1::7', { family: 'IPv6' })).toEqual([]);
});

it('are none where the first socket is on the interface of a VPN, which hides them, or on this host alone', () => {
  expect([others('10.8.0.2'), others('127.0.0.1'), others('203.0.113.99')]).toEqual([[], [], []]);
});

it('are not told where the first socket is on the interface of a VPN and they are not', () => {
  const beside = (first: string, address: string): boolean => isBesideTunnel(HOST, { first, address });
  expect([beside('10.8.0.2', '2001:db8:1::7'), beside('192.168.1.7', '2001:db8:1::7')]).toEqual([true, false]);
  expect(
    isBesideTunnel(
      { ...HOST, wg0: [...VPN, at('fd00:8::2', { mac: '00:00:00:00:00:00' })] },
      { first: '10.8.0.2', address: 'fd00:8::2' },
    ),
  ).toBe(false);
});

it('are four at most', () => {
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`eth${index}`, [at(`10.0.${index}.1`)]]));
  expect(otherAddresses(many, { first: '10.0.0.1', preferred: [] })).toEqual([
    '10.0.1.1',
    '10.0.2.1',
    '10.0.3.1',
    '10.0.4.1',
  ]);
});
