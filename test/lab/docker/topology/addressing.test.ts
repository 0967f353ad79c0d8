import { expect, it } from 'vitest';
import { DEFAULT_ADDRESSING, portBlock, serverPlace, sitePlace } from '../../../../lab/docker/topology/addressing.ts';

it('the server has two addresses of the public subnet', () => {
  expect(serverPlace(DEFAULT_ADDRESSING)).toEqual({
    subnet: '203.0.113.0/24',
    primary: '203.0.113.10',
    alternate: '203.0.113.11',
  });
});

it('a site has a public address, a subnet of its own, and clients with ports of their own', () => {
  expect(sitePlace(DEFAULT_ADDRESSING, { index: 2, clients: 2, routed: false })).toEqual({
    subnet: '10.113.2.0/24',
    wan: '203.0.113.103',
    lan: '10.113.2.254',
    clients: [
      { address: '10.113.2.2', ports: { first: 1024, last: 33279 } },
      { address: '10.113.2.3', ports: { first: 33280, last: 65535 } },
    ],
  });
});

it('a site without translation has addresses that everyone sees', () => {
  expect(sitePlace(DEFAULT_ADDRESSING, { index: 4, clients: 1, routed: true }).subnet).toBe('198.18.4.0/24');
});

it('port blocks of any number of clients never overlap', () => {
  for (const count of [1, 2, 3, 7, 100]) {
    let next = 1024;
    for (let index = 0; index < count; index++) {
      const { first, last } = portBlock(index, count);
      expect(first).toBe(next);
      next = last + 1;
    }
    expect(next).toBeLessThanOrEqual(65536);
  }
});
