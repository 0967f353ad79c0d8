import { describe, expect, it } from 'vitest';
import { defaultGateway, gatewayIn } from '../../src/port-mapping/default-gateway.ts';

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
