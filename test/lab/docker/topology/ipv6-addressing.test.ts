import { expect, it } from 'vitest';
import {
  backbonePlace6,
  carrierPlace6,
  outsideAddress,
  serverPlace6,
  sitePlace6,
} from '../../../../lab/docker/topology/ipv6-addressing.ts';
import { canonicalAddress } from '../../../../src/endpoint.ts';

it('the server has two addresses of the public prefix', () => {
  expect(serverPlace6()).toEqual({ subnet: '2001:db8::/64', primary: '2001:db8::10', alternate: '2001:db8::11' });
});

it('a site has a public address, a prefix that everyone sees, and clients with the ports that they have with IPv4', () => {
  expect(sitePlace6({ index: 2, clients: 2, isLocal: false })).toEqual({
    subnet: '2001:db8:3::/64',
    wan: '2001:db8::103',
    lan: '2001:db8:3::254',
    clients: [
      { address: '2001:db8:3::2', ports: { first: 1024, last: 33_279 } },
      { address: '2001:db8:3::3', ports: { first: 33_280, last: 65_535 } },
    ],
  });
});

it('a site that translates has unique local addresses', () => {
  expect(sitePlace6({ index: 2, clients: 1, isLocal: true })).toMatchObject({
    subnet: 'fdc7:3a52:61e9:3::/64',
    wan: '2001:db8::103',
    clients: [{ address: 'fdc7:3a52:61e9:3::2' }],
  });
});

it('a site whose prefix is translated has a public one that stands for it, host by host', () => {
  const place = sitePlace6({ index: 2, clients: 1, isLocal: true, hasPrefix: true });
  expect([place.subnet, place.outside]).toEqual(['fdc7:3a52:61e9:3::/64', '2001:db8:3::/64']);
  expect(outsideAddress(place, 'fdc7:3a52:61e9:3::2')).toBe('2001:db8:3::2');
});

it('a carrier has the public address of the site, and public addresses toward it', () => {
  expect(carrierPlace6(2)).toMatchObject({
    subnet: '2001:db8:3:1::/64',
    wan: '2001:db8::103',
    lan: '2001:db8:3:1::254',
    clients: [{ address: '2001:db8:3:1::2' }],
  });
});

it('every address is written as the system writes it, so that it can be compared', () => {
  const { primary, alternate } = serverPlace6();
  const places = [
    sitePlace6({ index: 9, clients: 2, isLocal: false }),
    sitePlace6({ index: 9, clients: 2, isLocal: true }),
  ];
  const inPlaces = [...places, carrierPlace6(9)].flatMap(({ wan, lan, clients }) => [
    wan,
    lan,
    ...clients.map(({ address }) => address),
  ]);
  const all = [primary, alternate, backbonePlace6().address, ...inPlaces];
  expect(all.map(canonicalAddress)).toEqual(all);
});
