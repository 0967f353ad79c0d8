/** Priorities, foundations and pair priorities, in the numbers that every agent must arrive at. */
import { describe, expect, it } from 'vitest';
import { type Candidate, canPair } from '../../../src/ice/candidates/candidate.ts';
import { foundationOf } from '../../../src/ice/candidates/foundation.ts';
import { createLocalCandidates } from '../../../src/ice/candidates/local-candidates.ts';
import { candidatePriority, pairPriority } from '../../../src/ice/candidates/priority.ts';

const base = { type: 'host', socket: 'main', endpoint: { address: '10.0.0.2', port: 4000 } } as const;

describe('the priority of a candidate', () => {
  it('is the one that agents in the wild show for a single address', () => {
    expect(candidatePriority('host')).toBe(2130706431);
    expect(candidatePriority('prflx')).toBe(1862270975);
    expect(candidatePriority('srflx')).toBe(1694498815);
    expect(candidatePriority('relay')).toBe(16777215);
  });

  it('counts the local preference in units of 256', () => {
    expect(candidatePriority('host', 65_534)).toBe(2130706431 - 256);
  });
});

describe('the priority of a pair', () => {
  it('is the same on both sides, and tells by its last bit whose candidate is better', () => {
    const host = { priority: 2130706431 };
    const srflx = { priority: 1694498815 };
    const expected = 1694498815n * 2n ** 32n + 2n * 2130706431n + 1n;
    expect(pairPriority('controlling', { local: host, remote: srflx })).toBe(expected);
    expect(pairPriority('controlled', { local: srflx, remote: host })).toBe(expected);
    expect(pairPriority('controlling', { local: srflx, remote: host })).toBe(expected - 1n);
  });
});

describe('the foundation', () => {
  it('is equal for equal type, base address and server, whatever the port', () => {
    const srflx = { type: 'srflx', baseAddress: '10.0.0.2', server: '203.0.113.10' } as const;
    expect(foundationOf(srflx)).toBe(foundationOf({ ...srflx }));
    const all = [
      srflx,
      { ...srflx, type: 'relay' as const },
      { ...srflx, baseAddress: '10.0.0.3' },
      { ...srflx, server: '203.0.113.11' },
      { type: 'host' as const, baseAddress: '10.0.0.2' },
    ].map(foundationOf);
    expect(new Set(all).size).toBe(5);
    for (const foundation of all) expect(foundation).toMatch(/^[A-Za-z0-9+/]{1,32}$/);
  });
});

describe('local candidates', () => {
  it('are prioritized by socket, and related to their base', () => {
    const locals = createLocalCandidates();
    expect(locals.add(base)).toMatchObject({ priority: 2130706431, related: null });
    const second = { ...base, socket: 'second', endpoint: { address: '10.9.0.2', port: 4000 } };
    expect(locals.add(second)?.priority).toBe(2130706431 - 256);
    const mapped = { address: '198.51.100.1', port: 61000 };
    expect(locals.add({ type: 'srflx', socket: 'second', endpoint: mapped, server: '203.0.113.10' })).toMatchObject({
      type: 'srflx',
      endpoint: mapped,
      base: second.endpoint,
      related: second.endpoint,
      priority: 1694498815 - 256,
    });
  });

  it('have no reflexive one that is the host candidate again', () => {
    const locals = createLocalCandidates();
    locals.add(base);
    expect(locals.add({ ...base, type: 'srflx', server: '203.0.113.10' })).toBeNull();
    expect(locals.add(base)).toBeNull();
    expect(locals.all()).toHaveLength(1);
  });

  it('have no wildcard, and no reflexive one before its base', () => {
    const locals = createLocalCandidates();
    expect(() => locals.add({ ...base, endpoint: { address: '0.0.0.0', port: 1 } })).toThrow(RangeError);
    expect(() => locals.add({ ...base, type: 'srflx', server: '203.0.113.10' })).toThrow(RangeError);
  });
});

describe('two candidates', () => {
  const at = (address: string): Candidate => ({
    type: 'host',
    endpoint: { address, port: 1 },
    foundation: '1',
    priority: 1,
    related: null,
  });
  it('pair within a family, and link-local with link-local only', () => {
    expect(canPair(at('10.0.0.1'), at('198.51.100.1'))).toBe(true);
    expect(canPair(at('10.0.0.1'), at('2001:db8::1'))).toBe(false);
    expect(canPair(at('fe80::1'), at('fe80::2'))).toBe(true);
    expect(canPair(at('fe80::1'), at('2001:db8::1'))).toBe(false);
  });

  it.each([
    ['10.0.0.1', '10.9.9.9', true],
    ['10.0.0.1', '127.0.0.1', false],
    ['10.0.0.1', '169.254.169.254', false],
    ['10.0.0.1', '0.0.0.0', false],
    ['10.0.0.1', '224.0.0.251', false],
    ['10.0.0.1', '255.255.255.255', false],
    ['127.0.0.1', '127.0.0.9', true],
    ['127.0.0.1', '10.0.0.1', false],
    ['169.254.3.4', '169.254.169.254', true],
    ['2001:db8::1', '::1', false],
    ['2001:db8::1', '::ffff:127.0.0.1', false],
    ['2001:db8::1', 'ff02::1', false],
  ])('pair to one host only, and leave loopback or a link for no other: %s to %s: %s', (from, to, can) => {
    expect(canPair(at(from), at(to))).toBe(can);
  });
});
