/** Detections of servers whose names are not known, or not in time: a value with its reason, and no wait beyond what is given. */
import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.ts';
import { createResolver, type Resolver } from '../../src/net/lookup/resolver.ts';
import { startFakeServer } from '../net/fake-server.ts';
import { SILENT, startFakeDns } from '../net/lookup/fake-dns.ts';

/** Says nothing, and does not know of signals. */
const MUTE_RESOLVER: Resolver = { addresses: () => new Promise(() => {}), services: () => new Promise(() => {}) };

describe.concurrent('of the names of servers', () => {
  it('a name that cannot be looked up is a reason, not an exception', async () => {
    const resolver = { addresses: () => Promise.reject(new Error('ENOTFOUND')), services: () => Promise.resolve([]) };
    const report = await detect({ servers: ['nosuch.invalid'], resolver });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'unknown-host' });
    expect(report.probes).toEqual([]);
  });

  it('name servers that do not answer are another reason, and the time is up for them too', async () => {
    await using dns = await startFakeDns(SILENT);
    const report = await detect({
      servers: ['stun.example.org'],
      resolver: createResolver([dns.name]),
      timeoutMs: 200,
      hairpin: true,
    });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'dns-silent' });
    expect(report.hairpin).toEqual({ supported: null, reason: 'dns-silent' });
    expect(report.probes).toEqual([]);
    expect(dns.asked.toSorted()).toEqual([
      'A stun.example.org',
      'AAAA stun.example.org',
      'SRV _stun-behavior._udp.stun.example.org',
    ]);
  });

  it('a resolver that never answers holds up nothing beyond the time', async () => {
    const report = await detect({ servers: ['stun.example.org'], resolver: MUTE_RESOLVER, timeoutMs: 50 });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'dns-silent' });
  });

  it('a lookup ends at once when aborted', async () => {
    const abort = new AbortController();
    const running = detect({ servers: ['stun.example.org'], resolver: MUTE_RESOLVER, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });

  it('a name that is known is not held up by the others that are not', async () => {
    await using good = await startFakeServer();
    const report = await detect({ servers: ['stun.example.org', good.name], resolver: MUTE_RESOLVER });
    expect(report.verdict).toEqual({ type: 'open', reason: null });
  });
});
