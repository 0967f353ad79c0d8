/** The service lookup against a real DNS server on loopback. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createResolver } from '../../../src/net/lookup/resolver.ts';
import { type FakeDns, SILENT, startFakeDns } from './fake-dns.ts';

const NAME = '_stun-behavior._udp.example.org';
const record = (target: string, data: { priority: number; weight: number; port: number }) =>
  ({ type: 'SRV', name: NAME, ttl: 1, data: { target, ...data } }) as const;

describe('a service lookup', () => {
  let server: FakeDns;

  beforeAll(async () => {
    server = await startFakeDns(({ name, type }) =>
      name === NAME && type === 'SRV'
        ? [
            record('backup.example.org', { priority: 20, weight: 100, port: 3 }),
            record('light.example.org', { priority: 10, weight: 1, port: 2 }),
            record('heavy.example.org', { priority: 10, weight: 9, port: 1 }),
          ]
        : [],
    );
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const services = (name: string) => createResolver([server.name]).services(name);

  it('orders by priority, then by weight', async () => {
    const found = await services(NAME);
    expect(found.map(({ name, port }) => [name, port])).toEqual([
      ['heavy.example.org', 1],
      ['light.example.org', 2],
      ['backup.example.org', 3],
    ]);
  });

  it('rejects when there is none', async () => {
    await expect(services('_stun-behavior._udp.elsewhere.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('is given up when its signal aborts', async () => {
    await using silent = await startFakeDns(SILENT);
    const abort = new AbortController();
    const lookup = createResolver([silent.name]).services(NAME, abort.signal);
    await silent.hasBeenAsked(1);
    abort.abort(new Error('enough'));
    await expect(lookup).rejects.toMatchObject({ code: 'ECANCELLED' });
  });
});
