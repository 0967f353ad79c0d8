/** Wrong use of a partner, each named before a socket is opened, and what a partner may be called. */
import { describe, expect, it } from 'vitest';
import { planOf } from '../../../server/options.ts';
import { partnerHost } from '../../../server/partner/options.ts';
import { SECRET } from './pair.ts';

const IP = '192.0.2.1';

function refusal(ip: readonly string[], hosts: readonly string[], secret = SECRET): string {
  try {
    planOf({ ip, partner: { hosts, secret } });
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  return 'accepted';
}

describe('a partner', () => {
  it.each([
    [[IP], ['203.0.113.7']],
    [[IP], ['stun.example.org']],
    [[IP, '192.0.2.2', '2001:db8::1'], ['2001:db8::2']],
    [
      [IP, '2001:db8::1'],
      ['203.0.113.7', '2001:db8::2'],
    ],
    [[`10.0.0.4=${IP}`], ['wss://stun.example.org:3480/']],
  ])('of %j may be %j', (ip, hosts) => {
    expect(refusal(ip, hosts)).toBe('accepted');
  });

  it.each([
    [
      [IP],
      ['203.0.113.7:3478'],
      'the partner 203.0.113.7:3478 is given with a port: partners have the same ports, so name the host alone',
    ],
    [[IP], ['two words'], "the partner 'two words' is not a server"],
    [[IP], ['https://stun.example.org'], "the partner 'https://stun.example.org' is not a server"],
    [[IP, '192.0.2.2'], ['203.0.113.7'], 'a partner is of use only in a family of which the server has one address'],
    [[IP], ['2001:db8::2'], 'the partner 2001:db8::2 is of no use: the server does not have exactly one IPv6 address'],
    [[IP], ['203.0.113.7', '203.0.113.8'], '203.0.113.7 and 203.0.113.8 are two partners of IPv4: there can be one'],
    [[IP], ['a.example.org', 'b.example.org'], 'two partners are given by name'],
    [[IP], [IP], 'the partner 192.0.2.1 is the server itself'],
    [[`10.0.0.4=${IP}`], [IP], 'the partner 192.0.2.1 is the server itself'],
    [[`10.0.0.4=${IP}`], ['10.0.0.4'], 'the partner 10.0.0.4 is the server itself'],
    [['2001:db8::1'], ['2001:DB8:0::1'], 'the partner 2001:db8::1 is the server itself'],
  ])('of %j cannot be %j', (ip, hosts, message) => {
    expect(refusal(ip, hosts)).toBe(`bad-partner: ${message}`);
  });

  it.each(['', 'x'.repeat(21), 'x'.repeat(257)])('has a secret that is worth the name, not %j', (secret) => {
    expect(refusal([IP], ['203.0.113.7'], secret)).toBe(
      'bad-partner: the partner secret must have 22 to 256 characters',
    );
  });
});

describe('the host of a partner', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['[2001:DB8::2]', '2001:db8::2'],
    ['stun.example.org', 'stun.example.org'],
    ['wss://stun.example.org', 'stun.example.org'],
    ['ws://203.0.113.7:3480', '203.0.113.7'],
    ['wss://[2001:db8::2]:3480/', '2001:db8::2'],
  ])('of %s is %s', (text, host) => {
    expect(partnerHost(text)).toBe(host);
  });
});
