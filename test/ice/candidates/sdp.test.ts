/** Candidate lines as agents in the wild write them, to values and back. */
import { describe, expect, it } from 'vitest';
import { formatCandidate, parseCandidate } from '../../../src/ice/candidates/sdp.ts';

const HOST = 'candidate:1836981062 1 udp 2130706431 192.0.2.7 35431 typ host';
const SRFLX = 'candidate:4234997325 1 udp 1694498815 198.51.100.7 61000 typ srflx raddr 192.168.1.2 rport 35431';

describe('a candidate line', () => {
  it.each([HOST, SRFLX, 'candidate:7 1 udp 16777215 2001:db8::1 3478 typ relay raddr 2001:db8::2 rport 9'])(
    'comes back as it was: %s',
    (line) => {
      const parsed = parseCandidate(line);
      expect(parsed.kind === 'candidate' && formatCandidate(parsed.candidate)).toBe(line);
    },
  );

  it('is read into a candidate', () => {
    expect(parseCandidate(SRFLX)).toEqual({
      kind: 'candidate',
      candidate: {
        type: 'srflx',
        endpoint: { address: '198.51.100.7', port: 61000 },
        foundation: '4234997325',
        priority: 1694498815,
        related: { address: '192.168.1.2', port: 35431 },
      },
    });
  });

  it('is read with a=, with capitals, with the extensions of browsers, and with IPv6 in any spelling', () => {
    const line =
      'a=candidate:842163049 1 UDP 1677729535 2001:DB8:0:0::7 61000 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag EEtu network-id 3 network-cost 10\r\n';
    expect(parseCandidate(line)).toMatchObject({
      kind: 'candidate',
      candidate: { endpoint: { address: '2001:db8::7', port: 61000 }, related: { address: '0.0.0.0', port: 0 } },
    });
  });

  it.each([
    ['tcp', 'candidate:1 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active'],
    ['unknown-transport', HOST.replace('udp', 'sctp')],
    ['unknown-type', HOST.replace('typ host', 'typ moon')],
    ['other-component', HOST.replace(' 1 udp', ' 2 udp')],
    ['mdns', HOST.replace('192.0.2.7', '0f0b5a4e-6f5c-4f6f-a7c0-0c1e7c5a9f1d.local')],
    ['name', HOST.replace('192.0.2.7', 'host.example')],
    ['name', HOST.replace('192.0.2.7', '192.0.2')],
    ['zone', HOST.replace('192.0.2.7', 'fe80::1%eth0')],
    ['ipv4-mapped', HOST.replace('192.0.2.7', '::ffff:192.0.2.7')],
    ['ipv4-mapped', HOST.replace('192.0.2.7', '::ffff:c000:207')],
    ['port', HOST.replace('35431', '0')],
    ['malformed', HOST.replace('35431', '65536')],
    ['malformed', HOST.replace('2130706431', '2147483648')],
    ['malformed', HOST.replace('2130706431', '0')],
    ['malformed', HOST.replace('1836981062', 'f'.repeat(33))],
    ['malformed', HOST.replace(' typ', ' type')],
    ['malformed', ''],
    ['malformed', 'candidate:'],
    ['malformed', `${HOST} ${'x'.repeat(2000)}`],
  ] as const)('that cannot be used says why: %s', (reason, line) => {
    expect(parseCandidate(line)).toEqual({ kind: 'ignored', reason });
  });

  it('of any bytes whatever throws nothing', () => {
    for (let length = 0; length < HOST.length; length++) {
      expect(parseCandidate(HOST.slice(0, length)).kind).toMatch(/ignored|candidate/);
      expect(parseCandidate(`${HOST.slice(0, length)}\u0000ÿ${HOST.slice(length)}`).kind).toMatch(/ignored|candidate/);
    }
  });
});
