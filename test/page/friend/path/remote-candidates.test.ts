/** Which candidates of a friend the browser is given. */
import { describe, expect, it } from 'vitest';
import { judgeCandidate } from '../../../../page/friend/path/remote-candidates.ts';

const at = (address: string): string => `candidate:1 1 udp 2122260223 ${address} 4000 typ host`;

describe('a candidate of a friend', () => {
  it.each(['203.0.113.9', '192.168.1.2', '2001:db8::1'])('at %s is used', (address) => {
    expect(judgeCandidate(at(address))).toMatchObject({
      kind: 'use',
      candidate: { type: 'host', endpoint: { address, port: 4000 } },
    });
  });

  it('with a hidden address is used, and tells none', () => {
    const name = '4a2b0d0e-95a1-4a2d-a2ae-0b6d1c9d4b3a.local';
    expect(judgeCandidate(at(name))).toEqual({ kind: 'use', candidate: null });
  });

  it.each([
    '127.0.0.1',
    '::1',
    '169.254.169.254',
    'fe80::1',
    '224.0.0.1',
    '255.255.255.255',
    '0.0.0.0',
    'printer.local',
    'victim.example',
  ])('at %s is refused', (address) => {
    expect(judgeCandidate(at(address))).toEqual({ kind: 'refuse' });
  });

  it('over TCP is refused', () => {
    expect(judgeCandidate('candidate:1 1 tcp 1 203.0.113.9 9 typ host tcptype active')).toEqual({ kind: 'refuse' });
  });
});
