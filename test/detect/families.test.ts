/** Both IP versions at once, on loopback: each has a verdict of its own, and one that leads nowhere holds up nothing. */
import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.ts';
import { familyOf } from '../../src/endpoint.ts';
import type { Resolver } from '../../src/net/lookup/resolver.ts';
import { type FakeServer, type Fault, startFakeServer } from '../net/fake-server.ts';

const SILENCE: Fault = () => [];

/** Knows each name by these addresses. */
function resolverOf(names: Readonly<Record<string, readonly string[]>>): Resolver {
  return {
    addresses: async (host) => (names[host] ?? []).map((address) => ({ address, family: familyOf(address) })),
    services: async () => [],
  };
}
const BOTH = resolverOf({ 'stun.test': ['127.0.0.1', '::1'] });

interface Pair extends AsyncDisposable {
  readonly name: string;
  readonly ipv4: FakeServer;
  readonly ipv6: FakeServer;
}

/** One server of both versions, by one name and port: two IPv4 addresses, and ::1, beside which loopback has no other. */
async function startPair(faults: { readonly ipv4?: Fault; readonly ipv6?: Fault } = {}): Promise<Pair> {
  const ipv4 = await startFakeServer({ ...(faults.ipv4 && { fault: faults.ipv4 }) });
  const { port } = ipv4.layout;
  const ipv6 = await startFakeServer({ at: '::1', port, ...(faults.ipv6 && { fault: faults.ipv6 }) });
  return {
    ...{ name: `stun.test:${port}`, ipv4, ipv6 },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([ipv4[Symbol.asyncDispose](), ipv6[Symbol.asyncDispose]()]);
    },
  };
}

describe.concurrent('a detection of both IP versions', () => {
  it('has a report of each, that of IPv6 within that of IPv4', async () => {
    await using pair = await startPair();
    const { altPort } = pair.ipv6.layout;
    const report = await detect({ servers: [pair.name], resolver: BOTH, altPort });
    expect(report.verdict).toEqual({ type: 'open', reason: null });
    expect(report.server).toMatchObject({ host: 'stun.test', address: '127.0.0.1' });
    const { ipv6 } = report;
    expect(ipv6?.server).toMatchObject({ host: 'stun.test', address: '::1' });
    expect(ipv6?.local?.address).toBe('::1');
    expect(ipv6?.public).toEqual(ipv6?.local);
    expect(ipv6?.verdict).toEqual({ type: 'inconclusive', reason: 'ports-agree' });
    // Nothing of one is in the other.
    const tos = (probes: typeof report.probes) => new Set(probes.map(({ to }) => familyOf(to.address)));
    expect([tos(report.probes), tos(ipv6?.probes ?? [])]).toEqual([new Set(['IPv4']), new Set(['IPv6'])]);
  });

  it('is of the one that is asked for', async () => {
    await using pair = await startPair();
    const asked = { servers: [pair.name], resolver: BOTH };
    const [ipv4, ipv6, local] = await Promise.all([
      detect({ ...asked, family: 'IPv4' }),
      detect({ ...asked, family: 'IPv6' }),
      detect({ ...asked, local: '::1' }),
    ]);
    expect([ipv4, ipv6, local].map(({ server }) => server?.address)).toEqual(['127.0.0.1', '::1', '::1']);
    expect([ipv4, ipv6, local].map((report) => 'ipv6' in report)).toEqual([false, false, false]);
  });

  it('is of IPv6 alone where the name has no other address', async () => {
    await using pair = await startPair();
    const report = await detect({ servers: [pair.name], resolver: resolverOf({ 'stun.test': ['::1'] }) });
    expect(report.server?.address).toBe('::1');
    expect(report).not.toHaveProperty('ipv6');
  });

  it.each(['IPv4', 'IPv6'] as const)('leaves %s out where this host has no route there', async (missing) => {
    await using pair = await startPair();
    // A neighbour on no link that is named, and the address of nobody.
    const addresses = missing === 'IPv6' ? ['127.0.0.1', 'fe80::1'] : ['255.255.255.255', '::1'];
    const report = await detect({ servers: [pair.name], resolver: resolverOf({ 'stun.test': addresses }) });
    expect(report.server?.address).toBe(missing === 'IPv6' ? '127.0.0.1' : '::1');
    expect(report).not.toHaveProperty('ipv6');
  });

  it('asks of several servers each by the versions that it has', async () => {
    await using pair = await startPair();
    const names = resolverOf({ 'four.test': ['127.0.0.1'], 'six.test': ['::1'] });
    const { port } = pair.ipv4.layout;
    const report = await detect({ servers: [`four.test:${port}`, `six.test:${port}`], resolver: names });
    expect([report.server?.host, report.ipv6?.server?.host]).toEqual(['four.test', 'six.test']);
  });

  it('hears out an IPv6 that leads nowhere, does not wait for it beyond the verdict of IPv4, and says so', async () => {
    await using pair = await startPair({ ipv6: SILENCE });
    const { verdict, ipv6 } = await detect({ servers: [pair.name], resolver: BOTH, httpPort: 9 });
    expect(verdict).toEqual({ type: 'open', reason: null });
    expect(ipv6?.verdict).toEqual({ type: 'inconclusive', reason: 'cut-short' });
    expect(ipv6?.probes.find(({ test }) => test === 'mapping.primary')?.sends).toBeGreaterThanOrEqual(3);
    const alone = await detect({ servers: [pair.name], resolver: BOTH, httpPort: 9, family: 'IPv6' });
    expect(alone.verdict).toEqual({ type: 'inconclusive', reason: 'no-answer' });
  });

  it('says of an IPv6 whose answers are not believed why, though it is not waited for', async () => {
    const garbage: Fault = (reply) => [{ ...reply, bytes: Uint8Array.of(1, 2, 3) }];
    await using pair = await startPair({ ipv6: garbage });
    const { ipv6 } = await detect({ servers: [pair.name], resolver: BOTH, httpPort: 9 });
    expect(ipv6?.verdict).toEqual({ type: 'inconclusive', reason: 'malformed-replies' });
  });

  it('gives a silent IPv4 its full time', async () => {
    await using pair = await startPair({ ipv4: SILENCE });
    const { altPort } = pair.ipv6.layout;
    const report = await detect({ servers: [pair.name], resolver: BOTH, httpPort: 9, altPort });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'no-answer' });
    expect(report.ipv6?.mapping).toEqual({ behavior: 'undetermined', reason: 'ports-agree' });
  });

  it('tests for each what is asked for on top, and asks the router for IPv4 alone', async () => {
    await using pair = await startPair();
    const report = await detect({ servers: [pair.name], resolver: BOTH, hairpin: true, router: true });
    expect(report.hairpin).toEqual({ supported: null, reason: 'no-nat' });
    expect(report.router?.reason).toBe('no-nat');
    expect(report.ipv6?.hairpin).toEqual({ supported: null, reason: 'server-has-one-address' });
    expect(report.ipv6).not.toHaveProperty('router');
  });

  it('ends both when aborted', async () => {
    await using pair = await startPair({ ipv4: SILENCE, ipv6: SILENCE });
    const abort = new AbortController();
    const running = detect({ servers: [pair.name], resolver: BOTH, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });

  it('says that no name is known where none is, of whichever version', async () => {
    const report = await detect({ servers: ['nosuch.test'], resolver: resolverOf({}) });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'unknown-host' });
    expect(report).not.toHaveProperty('ipv6');
  });
});

describe.concurrent('servers that somebody else has named', () => {
  it('are asked beside one with one address, by the version of that one, and settle what it leaves open', async () => {
    await using chosen = await startFakeServer({ oneAddress: true });
    await using told = await startFakeServer({ at: '127.0.0.2' });
    const { altPort } = chosen.layout;
    const resolver = resolverOf({ 'told.test': ['::1', '127.0.0.2'] });
    const report = await detect({
      ...{ servers: [chosen.name], family: 'IPv4', altPort, resolver },
      toldServers: [`told.test:${told.layout.port}`],
    });
    expect(report.mapping).toEqual({ behavior: 'none', reason: null });
    expect(report.server?.address).toBe('127.0.0.1');
  });

  it.each([
    ['is no name', ['http://x', 'a:b:c', '']],
    ['is at an address that the chosen server is not itself near to', ['10.0.0.1:3478', '224.0.0.1:3478', '0.0.0.0']],
    ['comes after the fourth', ['nosuch.test', 'nosuch.test', 'nosuch.test', 'nosuch.test', '127.0.0.2:3478']],
  ])('are left out where one %s', async (_what, toldServers) => {
    await using chosen = await startFakeServer({ oneAddress: true });
    const { altPort } = chosen.layout;
    const report = await detect({ servers: [chosen.name], altPort, toldServers, resolver: resolverOf({}) });
    expect(report.mapping).toEqual({ behavior: 'undetermined', reason: 'ports-agree' });
    expect(new Set(report.probes.map(({ to }) => to.address))).toEqual(new Set(['127.0.0.1']));
  });
});
