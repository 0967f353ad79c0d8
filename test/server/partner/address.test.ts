/** Where a partner is that is called by a name: looked up until it answers, and again when it does no more. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findPartnerAddress, LOOKUP_MS } from '../../../server/partner/address.ts';
import { familyOf } from '../../../src/endpoint.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A resolver that gives the next list each time, and nothing after the last. */
function find(answers: readonly (readonly string[])[], { isMissed = true, own = ['192.0.2.1'] } = {}) {
  const asked: string[] = [];
  const left = [...answers];
  const resolver = {
    addresses: async (host: string) => {
      asked.push(host);
      const next = left.shift();
      if (!next) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
      return next.map((address) => ({ address, family: familyOf(address) }));
    },
    services: async () => [],
  };
  const found = findPartnerAddress({
    hosts: ['b.example.org'],
    family: 'IPv4',
    own,
    isMissed: () => isMissed,
    resolver,
  });
  return { found, asked };
}

describe('the address of a partner', () => {
  it('is the one that is given for the family, without a lookup', () => {
    const hosts = ['203.0.113.7', '2001:db8::2'];
    const of = (family: 'IPv4' | 'IPv6') => findPartnerAddress({ hosts, family, own: [], isMissed: () => true });
    expect([of('IPv4').current(), of('IPv6').current()]).toEqual(['203.0.113.7', '2001:db8::2']);
  });

  it('is none in a family for which there is neither an address nor a name', () => {
    const found = findPartnerAddress({ hosts: ['203.0.113.7'], family: 'IPv6', own: [], isMissed: () => true });
    expect(found.current()).toBeNull();
  });

  it('is that of the name in this family', async () => {
    using one = find([['2001:db8::2', '203.0.113.7']]).found;
    expect(one.current()).toBeNull();
    await vi.advanceTimersByTimeAsync(0);
    expect(one.current()).toBe('203.0.113.7');
  });

  it('is asked for again where the name is not found yet', async () => {
    const { found, asked } = find([[], ['203.0.113.7']]);
    using one = found;
    await vi.advanceTimersByTimeAsync(LOOKUP_MS);
    expect(one.current()).toBe('203.0.113.7');
    expect(asked).toEqual(['b.example.org', 'b.example.org']);
  });

  it('is another one when the machine is, and the same while a lookup fails', async () => {
    using one = find([['203.0.113.7'], ['203.0.113.8']]).found;
    await vi.advanceTimersByTimeAsync(LOOKUP_MS);
    expect(one.current()).toBe('203.0.113.8');
    await vi.advanceTimersByTimeAsync(10 * LOOKUP_MS);
    expect(one.current()).toBe('203.0.113.8');
  });

  it('stays where the name has several, whatever their order', async () => {
    using one = find([
      ['203.0.113.7', '203.0.113.8'],
      ['203.0.113.8', '203.0.113.7'],
    ]).found;
    await vi.advanceTimersByTimeAsync(LOOKUP_MS);
    expect(one.current()).toBe('203.0.113.7');
  });

  it('is not asked for while the partner answers', async () => {
    const { found, asked } = find([['203.0.113.7']], { isMissed: false });
    using _one = found;
    await vi.advanceTimersByTimeAsync(10 * LOOKUP_MS);
    expect(asked).toEqual(['b.example.org']);
  });

  it('is never one of the server itself', async () => {
    using one = find([['192.0.2.1']]).found;
    await vi.advanceTimersByTimeAsync(0);
    expect(one.current()).toBeNull();
  });
});
