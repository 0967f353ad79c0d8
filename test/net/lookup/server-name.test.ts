import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import type { Resolver } from '../../../src/net/lookup/resolver.ts';
import { parseServerName, resolveServer } from '../../../src/net/lookup/server-name.ts';

const V4 = { address: '203.0.113.10', family: 'IPv4' } as const;
const V6 = { address: '2001:db8::10', family: 'IPv6' } as const;

const resolverOf = (addresses: Resolver['addresses'], services: Resolver['services'] = async () => []): Resolver => ({
  addresses,
  services,
});

describe('the name of a server', () => {
  it.each([
    ['stun.example.org', { host: 'stun.example.org', port: null }],
    ['stun.example.org:3479', { host: 'stun.example.org', port: 3479 }],
    ['203.0.113.10', { host: '203.0.113.10', port: null }],
    ['203.0.113.10:65535', { host: '203.0.113.10', port: 65535 }],
    ['2001:db8::10', { host: '2001:db8::10', port: null }],
    ['[2001:db8::10]', { host: '2001:db8::10', port: null }],
    ['[2001:db8::10]:3478', { host: '2001:db8::10', port: 3478 }],
  ])('%s is read', (text, name) => {
    expect(parseServerName(text)).toEqual(name);
  });

  it.each([
    '',
    ':3478',
    'host:',
    'host:0',
    'host:65536',
    'host:12x',
    'a b',
    '[stun.example.org]:1',
    'stun://host',
    '[::1',
  ])("'%s' is refused", (text) => {
    expect(() => parseServerName(text)).toThrow(UsageError);
  });

  it.each([
    ['[fe80::1%eth0]:3478', 'fe80::1%eth0 has a zone, so it is on one link only: write an address without one'],
    ['fe80::1%eth0', 'fe80::1%eth0 has a zone, so it is on one link only: write an address without one'],
    ['[::ffff:192.0.2.1]:3478', '::ffff:192.0.2.1 is an IPv4 address: write 192.0.2.1'],
    ['::FFFF:c000:201', '::FFFF:c000:201 is an IPv4 address: write 192.0.2.1'],
  ])('%s is refused with what to write instead', (text, line) => {
    expect(() => parseServerName(text)).toThrow(new UsageError(line));
  });
});

describe('resolving a server', () => {
  const both = resolverOf(async () => [V6, V4]);
  const named = { host: 'stun.example.org', port: null };

  it('prefers IPv4, and takes the default port', async () => {
    expect(await resolveServer(named, { family: null, resolver: both })).toEqual([
      { host: named.host, address: V4.address, port: 3478 },
      { host: named.host, address: V6.address, port: 3478 },
    ]);
  });

  it('gives the wanted family only', async () => {
    const only = await resolveServer(named, { family: 'IPv6', resolver: both });
    expect(only.map(({ address }) => address)).toEqual([V6.address]);
    expect(await resolveServer({ host: V4.address, port: 1 }, { family: 'IPv6', resolver: both })).toEqual([]);
  });

  it('follows the SRV record of behaviour discovery to another host and port', async () => {
    const asked: string[] = [];
    const resolver = resolverOf(
      async (host) => {
        asked.push(host);
        return [host === 'a.example.net' ? V4 : V6];
      },
      async (name) => {
        asked.push(name);
        return [{ name: 'a.example.net', port: 5000 }];
      },
    );
    const servers = await resolveServer(named, { family: null, resolver });
    expect(servers).toEqual([{ host: named.host, address: V4.address, port: 5000 }]);
    expect(asked).toContain('_stun-behavior._udp.stun.example.org');
  });

  it('asks for no service when the port is given', async () => {
    const resolver = resolverOf(
      async () => [V4],
      () => Promise.reject(new Error('asked for a service')),
    );
    const servers = await resolveServer({ host: named.host, port: 9 }, { family: null, resolver });
    expect(servers).toEqual([{ host: named.host, address: V4.address, port: 9 }]);
  });

  it('ends with its signal, whatever the resolver does', async () => {
    const never = resolverOf(
      () => new Promise(() => {}),
      () => new Promise(() => {}),
    );
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(resolveServer(named, { family: null, resolver: never, signal })).rejects.toThrow('enough');
  });

  it('takes the addresses that it has when it ends before the services are known', async () => {
    const abort = new AbortController();
    const resolver = resolverOf(
      async () => [V4],
      () => new Promise(() => {}),
    );
    const resolving = resolveServer(named, { family: null, resolver, signal: abort.signal });
    // The addresses are there when what has been begun has run.
    await new Promise(setImmediate);
    abort.abort();
    expect(await resolving).toEqual([{ host: named.host, address: V4.address, port: 3478 }]);
  });

  it('rejects with the lookup error when there is neither service nor address', async () => {
    const resolver = resolverOf(
      () => Promise.reject(new Error('ENOTFOUND')),
      () => Promise.reject(new Error('ENODATA')),
    );
    await expect(resolveServer(named, { family: null, resolver })).rejects.toThrow('ENOTFOUND');
  });
});
