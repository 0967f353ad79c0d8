/** UPnP-IGD with a router on loopback, which is searched for there and nowhere else. */
import { describe, expect, it } from 'vitest';
import { REFUSED, type Router } from '../../../src/port-mapping/router.ts';
import { findUpnpRouter } from '../../../src/port-mapping/upnp/upnp.ts';
import { type FakeUpnp, type FakeUpnpOptions, startFakeUpnp } from '../fake-upnp.ts';

const LOCAL = '127.0.0.1';
const REQUEST = { internalPort: 40_000, externalPort: 40_000, lifetimeS: 7_200 };
const GIVEN_UP_MS = 400;

const found = async ({ at }: FakeUpnp): Promise<Router> => {
  const router = await findUpnpRouter({ local: LOCAL, at: [at], signal: new AbortController().signal });
  if (!router) throw new Error('no router');
  return router;
};

const added = (port: number): string =>
  `AddPortMapping NewRemoteHost= NewExternalPort=${port} NewProtocol=UDP NewInternalPort=40000 NewInternalClient=127.0.0.1 NewEnabled=1 NewPortMappingDescription=natcheck NewLeaseDuration=7200`;

describe('UPnP-IGD', () => {
  it.each([1, 2] as const)('has a router of version %i map the port and take the mapping back', async (version) => {
    await using fake = await startFakeUpnp({ version });
    const router = await found(fake);
    expect(router).toMatchObject({
      protocol: 'upnp-igd',
      wan: '203.0.113.101',
      endpoint: { address: '127.0.0.9' },
    });
    const granted = await router.map(REQUEST);
    expect(granted).toEqual({
      outcome: 'granted',
      external: { address: '203.0.113.101', port: 40_000 },
      lifetimeS: 7_200,
    });
    await router.unmap(REQUEST);
    expect(fake.requests).toEqual([
      '/description.xml',
      'GetExternalIPAddress',
      added(40_000),
      'DeletePortMapping NewRemoteHost= NewExternalPort=40000 NewProtocol=UDP',
    ]);
  });

  it('asks for another port when another host has that one', async () => {
    await using fake = await startFakeUpnp({ errors: [718, 718] });
    const granted = await (await found(fake)).map(REQUEST);
    const port = granted.outcome === 'granted' ? granted.external.port : 0;
    expect(port).toBeGreaterThanOrEqual(49_152);
    expect(fake.requests.slice(2)).toEqual([added(40_000), expect.anything(), added(port)]);
  });

  it('gives up when every port is taken', async () => {
    await using fake = await startFakeUpnp({ errors: [718, 718, 718, 718] });
    expect(await (await found(fake)).map(REQUEST)).toEqual(REFUSED);
  });

  it.each([606, 725])('is refused by the error %i, without asking again', async (error) => {
    await using fake = await startFakeUpnp({ errors: [error] });
    expect(await (await found(fake)).map(REQUEST)).toEqual(REFUSED);
    expect(fake.requests).toHaveLength(3);
  });

  it('finds a router that has no address', async () => {
    await using fake = await startFakeUpnp({ wan: '0.0.0.0' });
    const signal = AbortSignal.timeout(GIVEN_UP_MS);
    const router = await findUpnpRouter({ local: LOCAL, at: [fake.at], signal });
    expect(router?.wan).toBeNull();
    expect(await router?.map(REQUEST)).toEqual({ outcome: 'refused', reason: 'no-wan-address' });
    expect(fake.requests.filter((one) => one.startsWith('AddPortMapping'))).toEqual([]);
  });

  it.each<[string, FakeUpnpOptions]>([
    ['says nothing', { searchAnswer: () => [] }],
    [
      'sends what is no answer',
      { searchAnswer: () => ['', 'X * HTTP/1.1\r\n\r\n', 'NOTIFY * HTTP/1.1\r\nNTS: x\r\n'] },
    ],
    ['names no place', { searchAnswer: () => ['HTTP/1.1 200 OK\r\nLOCATION: nowhere\r\n\r\n'] }],
    ['names another host', { searchAnswer: (answer) => [answer.replace('127.0.0.9', '127.0.0.1')] }],
    ['names no http', { searchAnswer: (answer) => [answer.replace('http:', 'file:')] }],
    ['never answers over HTTP', { isMute: true }],
    ['describes no router', { description: () => '<root><service>' }],
    ['sends its actions to another host', { description: (xml) => xml.replace('>/control<', '>http://127.0.0.1/<') }],
    ['describes itself without an end', { description: (xml) => xml.padEnd(200_000) }],
  ])('does not find one that %s', async (_name, options) => {
    await using fake = await startFakeUpnp(options);
    const signal = AbortSignal.timeout(GIVEN_UP_MS);
    expect(await findUpnpRouter({ local: LOCAL, at: [fake.at], signal })).toBeNull();
    expect(fake.requests.filter((one) => one !== '/description.xml')).toEqual([]);
  });
});
