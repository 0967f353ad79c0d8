/** Where two peers meet, from the name of a server; and that no name holds up a punch. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { createResolver, type Resolver } from '../../src/net/lookup/resolver.ts';
import { placeOf } from '../../src/punch/place.ts';
import { punch } from '../../src/punch/punch.ts';
import { SILENT, startFakeDns } from '../net/lookup/fake-dns.ts';

const NAME = 'natcheck.example.org';
const MUTE: Resolver = { addresses: () => new Promise(() => {}), services: () => new Promise(() => {}) };

const failing = (code: string): Resolver => {
  const fail = (): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));
  return { addresses: fail, services: fail };
};

describe('the place of a punch', () => {
  it('whose name servers do not answer in the time to wait is not found, and the reason says so', async () => {
    await using dns = await startFakeDns(SILENT);
    const place = await placeOf({ server: NAME, resolver: createResolver([dns.name]), waitMs: 100 });
    expect(place).toEqual({ outcome: 'dns-silent' });
    expect(dns.asked).toContain(`A ${NAME}`);
  });

  it('whose resolver never answers is given up', async () => {
    expect(await placeOf({ server: NAME, resolver: MUTE, waitMs: 20 })).toEqual({ outcome: 'dns-silent' });
  });

  it.each([
    ['ENOTFOUND', 'unknown-host'],
    ['ENODATA', 'unknown-host'],
    ['EAI_AGAIN', 'dns-silent'],
    ['ETIMEOUT', 'dns-silent'],
  ])('that cannot be looked up with %s is %s', async (code, outcome) => {
    expect(await placeOf({ server: NAME, resolver: failing(code), waitMs: 1000 })).toEqual({ outcome });
  });

  it('is not looked for any longer when the signal aborts', async () => {
    const abort = new AbortController();
    const place = placeOf({ server: NAME, resolver: MUTE, waitMs: 60_000, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(place).rejects.toThrow('enough');
  });

  it('has no name that is none', async () => {
    await expect(placeOf({ server: 'a b', waitMs: 1 })).rejects.toThrow(UsageError);
  });
});

it('a punch whose name servers are silent ends with that reason, within the time to wait', async () => {
  await using punched = await punch({ id: 'alice', peer: 'bob', server: NAME, resolver: MUTE, waitMs: 20 });
  expect(punched).toMatchObject({ report: { outcome: 'failed', reason: 'dns-silent' }, path: null });
});

it('a punch is interrupted at once while it looks up a name', async () => {
  const abort = new AbortController();
  const punching = punch({ id: 'alice', peer: 'bob', server: NAME, resolver: MUTE, signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(punching).rejects.toThrow('enough');
});
