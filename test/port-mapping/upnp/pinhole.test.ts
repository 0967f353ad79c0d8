/** UPnP's control of the IPv6 firewall, with a router on loopback, which is searched for there and nowhere else. */
import { describe, expect, it } from 'vitest';
import { REFUSED, type Router } from '../../../src/port-mapping/router.ts';
import { findPinholeRouter } from '../../../src/port-mapping/upnp/pinhole.ts';
import { type FakeUpnp, type FakeUpnpOptions, startFakeUpnp } from '../fake-upnp.ts';

const HOST = '::1';
const REQUEST = { internalPort: 40_000, externalPort: 40_000, lifetimeS: 7_200 };
const GRANTED = { outcome: 'granted', external: { address: HOST, port: 40_000 }, lifetimeS: 7_200 };
const GIVEN_UP_MS = 400;
const ADDED = 'AddPinhole RemoteHost= RemotePort=0 InternalClient=::1 InternalPort=40000 Protocol=17 LeaseTime=7200';

const start = (options: FakeUpnpOptions = {}): Promise<FakeUpnp> =>
  startFakeUpnp({ ...options, address: HOST, service: 'WANIPv6FirewallControl:1' });
const found = async ({ at }: FakeUpnp): Promise<Router> => {
  const router = await findPinholeRouter({ local: HOST, at: [at], signal: new AbortController().signal });
  if (!router) throw new Error('no router');
  return router;
};

describe('a pinhole by UPnP', () => {
  it('is opened, renewed and closed by the name that the router gives it', async () => {
    await using fake = await start();
    const router = await found(fake);
    expect(router).toMatchObject({ protocol: 'upnp-igd', isPinhole: true, wan: null, endpoint: { address: HOST } });
    expect(await router.map(REQUEST)).toEqual(GRANTED);
    expect(await router.map(REQUEST)).toEqual(GRANTED);
    await router.unmap(REQUEST);
    expect(fake.requests).toEqual([
      '/description.xml',
      'GetFirewallStatus',
      ADDED,
      'UpdatePinhole UniqueID=7 NewLeaseTime=7200',
      'DeletePinhole UniqueID=7',
    ]);
  });

  it('that the router has forgotten is opened anew', async () => {
    await using fake = await start({ errorOf: { UpdatePinhole: 704 } });
    const router = await found(fake);
    await router.map(REQUEST);
    expect(await router.map(REQUEST)).toEqual(GRANTED);
    expect(fake.requests.filter((one) => one === ADDED)).toHaveLength(2);
  });

  it('that may have been opened without a word is closed', async () => {
    await using fake = await start({ muteOnceOf: 'AddPinhole' });
    expect(await (await found(fake)).map(REQUEST)).toEqual(REFUSED);
    expect(fake.requests.slice(2)).toEqual([ADDED, ADDED, 'DeletePinhole UniqueID=7']);
  });

  it.each([606, 701, 703])('is refused by the error %i', async (error) => {
    await using fake = await start({ errorOf: { AddPinhole: error } });
    const router = await found(fake);
    expect(await router.map(REQUEST)).toEqual(REFUSED);
    await router.unmap(REQUEST);
    expect(fake.requests.at(-1)).toBe(ADDED);
  });

  it.each([
    ['nobody may open one', { FirewallEnabled: '1', InboundPinholeAllowed: '0' }],
    ['there is no firewall', { FirewallEnabled: '0', InboundPinholeAllowed: '1' }],
    ['it does not say', {}],
  ])('is not asked for where %s', async (_name, values) => {
    await using fake = await start({ values });
    expect(await (await found(fake)).map(REQUEST)).toEqual(REFUSED);
    expect(fake.requests).toEqual(['/description.xml', 'GetFirewallStatus']);
  });

  it.each(['', '-1', '123456', 'seven'])('is none when its name is %j', async (name) => {
    await using fake = await start({ values: { FirewallEnabled: '1', InboundPinholeAllowed: '1', UniqueID: name } });
    expect(await (await found(fake)).map(REQUEST)).toEqual(REFUSED);
  });

  it.each<[string, FakeUpnpOptions]>([
    ['says nothing', { searchAnswer: () => [] }],
    ['names another host', { searchAnswer: (answer) => [answer.replace('[::1]', '[2001:db8::1]')] }],
    ['maps ports only', { description: (xml) => xml.replace('WANIPv6FirewallControl', 'WANIPConnection') }],
    ['sends its actions to another host', { description: (xml) => xml.replace('>/control<', '>http://[::2]/<') }],
    ['does not know whether there is a firewall', { errorOf: { GetFirewallStatus: 501 } }],
    ['never answers over HTTP', { isMute: true }],
  ])('is not to be had of a router that %s', async (_name, options) => {
    await using fake = await start(options);
    const signal = AbortSignal.timeout(GIVEN_UP_MS);
    expect(await findPinholeRouter({ local: HOST, at: [fake.at], signal })).toBeNull();
  });
});
