/** How far an address reaches, also where an IPv4 address hides in an IPv6 one. */
import { describe, expect, it } from 'vitest';
import { type AddressScope, mayName, scopeOf } from '../src/address-scope.ts';

describe('the scope of an address', () => {
  it.each([
    ['8.8.8.8', 'global'],
    ['203.0.113.7', 'global'],
    ['198.18.0.1', 'global'],
    ['240.0.0.1', 'global'],
    ['10.1.0.2', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'global'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['224.0.0.251', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['2001:db8::1', 'global'],
    ['2606:4700::1', 'global'],
    ['fd00::1', 'private'],
    ['::1', 'loopback'],
    ['::', 'unspecified'],
    ['fe80::1', 'link-local'],
    ['ff02::1', 'multicast'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:8.8.8.8', 'global'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['64:ff9b::808:808', 'global'],
    ['2002:a9fe:a9fe::1', 'link-local'],
    ['2002:808:808::1', 'global'],
  ])('of %s is %s', (address, scope) => {
    expect(scopeOf(address)).toBe(scope);
  });
});

describe('who may have this host send to an address', () => {
  const CLOSE = ['private', 'loopback', 'link-local'] as const;
  const NEVER = ['multicast', 'broadcast', 'unspecified'] as const;
  const ALL: readonly AddressScope[] = ['global', ...CLOSE, ...NEVER];

  it.each(ALL)('that is %s is told by its own scope', (to) => {
    const allowed = ALL.filter((from) => mayName(from, to));
    const isClose = CLOSE.some((one) => one === to);
    expect(allowed).toEqual(to === 'global' ? ALL : isClose ? [to] : []);
  });
});
