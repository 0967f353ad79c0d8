/** By which protocols a gateway is known to answer, from which datagrams; on virtual time. */
import { describe, expect, it } from 'vitest';
import { createGatewayProbe, GATEWAY_SOCKET } from '../../src/port-mapping/gateway-probe.ts';

const GATEWAY = { address: '192.168.1.1', port: 5351 };
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const PCP = bytes('0280000000000000000003e8'.padEnd(48, '0'));
const NAT_PMP = bytes('0080000000000001cb007165');
const PCP_EVENT = { kind: 'event', event: { protocol: 'pcp', epochS: 1_000 } };
const NAT_PMP_EVENT = { kind: 'event', event: { protocol: 'nat-pmp', address: '203.0.113.101' } };
const ANNOUNCE = '02000000';
const ADDRESS = '0000';
const DONE = { kind: 'done', result: null };

const start = (protocols: readonly ('pcp' | 'nat-pmp')[] = ['pcp', 'nat-pmp']) => {
  const probe = createGatewayProbe({ gateway: GATEWAY, client: '192.168.1.2', protocols, random: () => 0.5 });
  return {
    ...probe,
    take: (datagram: Uint8Array, from = GATEWAY) =>
      probe.handleDatagram(0, { socket: GATEWAY_SOCKET, from, bytes: datagram }),
    /** The first bytes of what it sends now, and when it would send next. */
    sent: (now: number) => {
      const all: (string | number)[] = [];
      for (;;) {
        const output = probe.poll(now);
        if (output.kind === 'transmit') all.push(Buffer.from(output.bytes).toString('hex').slice(0, 8));
        else return output.kind === 'wait' ? [...all, output.until] : [...all, output.kind];
      }
    },
  };
};

describe('a gateway', () => {
  it('is asked by PCP, then by NAT-PMP, and again by both after gaps that double', () => {
    const probe = start();
    expect(probe.sent(0)).toEqual([ANNOUNCE, ADDRESS, 250]);
    expect(probe.sent(249)).toEqual([250]);
    expect(probe.sent(250)).toEqual([ANNOUNCE, ADDRESS, 750]);
    expect(probe.sent(750)).toEqual([ANNOUNCE, ADDRESS, 1_750]);
  });

  it('that speaks both says so once each', () => {
    const probe = start();
    probe.sent(0);
    for (const one of [PCP, NAT_PMP, PCP, NAT_PMP]) probe.take(one);
    expect([probe.poll(0), probe.poll(0), probe.poll(0)]).toEqual([PCP_EVENT, NAT_PMP_EVENT, DONE]);
  });

  it('that has answered by one is asked by the other alone', () => {
    const probe = start();
    probe.sent(0);
    probe.take(NAT_PMP);
    expect(probe.poll(1)).toEqual(NAT_PMP_EVENT);
    expect(probe.sent(250)).toEqual([ANNOUNCE, 750]);
    probe.take(PCP);
    expect([probe.poll(251), probe.poll(251)]).toEqual([PCP_EVENT, DONE]);
  });

  it('is asked by PCP alone where NAT-PMP is not wanted', () => {
    const probe = start(['pcp']);
    expect(probe.sent(0)).toEqual([ANNOUNCE, 250]);
    probe.take(NAT_PMP);
    probe.take(PCP);
    expect([probe.poll(0), probe.poll(0)]).toEqual([PCP_EVENT, DONE]);
  });

  it.each([
    ['speaks PCP though it refuses to be asked for nothing', '0280000400000000000003e8', PCP_EVENT],
    [
      'speaks NAT-PMP though it has no address',
      '0080000300000001',
      { kind: 'event', event: { protocol: 'nat-pmp', address: null } },
    ],
  ])('%s', (_name, hex, expected) => {
    const probe = start();
    probe.sent(0);
    probe.take(bytes(hex.startsWith('02') ? hex.padEnd(48, '0') : hex));
    expect(probe.poll(0)).toEqual(expected);
  });

  it('that speaks an older PCP is not asked by it any more', () => {
    const probe = start();
    probe.sent(0);
    probe.take(bytes('0180000100000000000003e8'.padEnd(48, '0')));
    expect(probe.sent(250)).toEqual([ADDRESS, 750]);
  });

  it.each([
    ['that NAT-PMP does not know the version of PCP', '0080000100000001'],
    ['that PCP does not know the version of NAT-PMP', '0280000100000000000003e8'.padEnd(48, '0')],
    ['what it maps', '0081000000000001 9c409c4000001c20'.replace(' ', '')],
    ['a request', '0200000000000000000003e8'.padEnd(48, '0')],
    ['nothing', ''],
  ])('that says %s is asked again by both', (_name, hex) => {
    const probe = start();
    probe.sent(0);
    probe.take(bytes(hex));
    expect(probe.sent(250)).toEqual([ANNOUNCE, ADDRESS, 750]);
  });

  it.each([PCP, NAT_PMP])('is not taken for the stranger who sends %o', (datagram) => {
    const probe = start();
    probe.sent(0);
    probe.take(datagram, { address: '192.168.1.1', port: 5350 });
    probe.take(datagram, { address: '192.168.1.7', port: 5351 });
    expect(probe.sent(1)).toEqual([250]);
  });

  it('to which nothing can be sent is not waited for', () => {
    const probe = start();
    probe.poll(0);
    probe.handleSendFailure(0, { socket: GATEWAY_SOCKET, to: GATEWAY, code: 'ENETUNREACH' });
    expect(probe.sent(0)).toContain('done');
  });
});
