import { describe, expect, it } from 'vitest';
import { defaultGateway, gatewayIn, ipv6GatewayIn } from '../../src/port-mapping/default-gateway.ts';

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
const route = (name: string, { to = '00000000', via = '0101A8C0', flags = '0003', metric = 0, mask = '00000000' }) =>
  `${name}\t${to}\t${via}\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0`;
const table = (...routes: readonly string[]): string => `${[HEAD, ...routes].join('\n')}\n`;

describe('the default gateway', () => {
  it.each([
    ['of the one route', table(route('eth0', {})), '192.168.1.1'],
    ['of the interface in question', table(route('wlan0', { via: 'FE0A0A0A' }), route('eth0', {})), '192.168.1.1'],
    ['of the least metric', table(route('eth0', { via: '01010A0A', metric: 600 }), route('eth0', {})), '192.168.1.1'],
    ['without a gateway', table(route('eth0', { via: '00000000', flags: '0001' })), null],
    ['that is down', table(route('eth0', { flags: '0002' })), null],
    ['of half of all addresses', table(route('eth0', { mask: '00000080' })), null],
    ['of another interface', table(route('tun0', {})), null],
    ['of nothing', '', null],
    ['of something else', 'eth0\t00000000\tnonsense\t0003\t0\t0\t0\t00000000\n', null],
  ])('%s', (_name, text, expected) => {
    expect(gatewayIn(text, 'eth0')).toBe(expected);
  });

  it('of an address that no interface has is none', async () => {
    expect(await defaultGateway('192.0.2.77')).toBeNull();
  });
});

const ANY = '0'.repeat(32);
const DOCUMENTATION = '20010db8000000000000000000000000';
const LINK = 'fe80000000000000000000000000000a';
const ipv6Route = (
  name: string,
  { to = ANY, length = '00', from = ANY, fromLength = '00', via = LINK, metric = '00000400', flags = '00000003' },
) => `${to} ${length} ${from} ${fromLength} ${via} ${metric} 00000001 00000000 ${flags} ${name.padStart(8)}`;

describe('the default gateway for IPv6', () => {
  it.each([
    ['of the one route, on the link', [ipv6Route('eth0', {})], 'fe80::a%eth0'],
    ['by its global address', [ipv6Route('eth0', { via: '20010db8000000000000000000000001' })], '2001:db8::1'],
    [
      'of the interface in question',
      [ipv6Route('wlan0', { via: DOCUMENTATION }), ipv6Route('eth0', {})],
      'fe80::a%eth0',
    ],
    [
      'of the least metric, which is in hex',
      [ipv6Route('eth0', { via: DOCUMENTATION, metric: '0000000a' }), ipv6Route('eth0', { metric: '00000009' })],
      'fe80::a%eth0',
    ],
    ['for the source of this host', [ipv6Route('eth0', { from: DOCUMENTATION, fromLength: '20' })], 'fe80::a%eth0'],
    ['for another source', [ipv6Route('eth0', { from: DOCUMENTATION, fromLength: '40' })], null],
    ['without a gateway', [ipv6Route('eth0', { via: ANY, flags: '00000001' })], null],
    ['that is rejected', [ipv6Route('eth0', { flags: '00200200' })], null],
    ['of half of all addresses', [ipv6Route('eth0', { length: '01' })], null],
    ['of another interface', [ipv6Route('tun0', {})], null],
    ['of nothing', [''], null],
    ['of something else', [ipv6Route('eth0', { via: 'nonsense' })], null],
    ['for a source of nonsense', [ipv6Route('eth0', { from: 'nonsense' })], null],
  ])('%s', (_name, lines, expected) => {
    expect(ipv6GatewayIn(lines.join('\n'), { device: 'eth0', local: '2001:db8:1::2' })).toBe(expected);
  });
});
