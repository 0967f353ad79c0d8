/** Where a peer's word, or a server's, may make this host send. */
import { describe, expect, it } from 'vitest';
import { isTarget } from '../../../../src/punch/attempt/candidates/targets.ts';

const OWN = { address: '203.0.113.7', port: 40_000 };
const PEER = { address: '198.51.100.2', port: 6000 };
const HOME = { server: '203.0.113.10', networks: ['127.0.0.1/8', '192.168.1.7/24', 'fd00:1::7/64'] };

describe('behind a public server', () => {
  it.each([
    ['198.51.100.66', true],
    ['2001:db8::66', true],
    ['192.168.1.20', true],
    ['fd00:1::20', true],
    ['192.168.2.20', false],
    ['10.0.0.1', false],
    ['100.64.0.1', false],
    ['fd00:2::20', false],
    ['192.168.1.255', false],
    ['127.0.0.1', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['169.254.169.254', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['0.0.0.0', false],
  ])('a peer with another public address leads to %s: %s', (address, may) => {
    expect(isTarget(address, { own: OWN, endpoint: PEER }, HOME)).toBe(may);
  });

  it.each([
    ['10.0.0.1', true],
    ['192.168.2.20', true],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
  ])('a peer with our public address leads to %s: %s', (address, may) => {
    expect(isTarget(address, { own: OWN, endpoint: { ...OWN, port: 1 } }, HOME)).toBe(may);
  });

  it.each(['127.0.0.1', '10.0.0.1', '169.254.169.254'])(
    'no server leads to %s by saying that a peer is there',
    (address) => {
      expect(isTarget(address, { own: OWN, endpoint: { address, port: 22 } }, HOME)).toBe(false);
    },
  );
});

describe('behind a server in a private network', () => {
  const OFFICE = { server: '10.3.0.1', networks: ['10.1.0.5/24'] };
  const introduction = { own: { address: '10.1.0.5', port: 1 }, endpoint: { address: '10.2.0.7', port: 1 } };

  it.each([
    ['10.2.0.7', true],
    ['10.3.0.1', true],
    ['10.1.0.9', true],
    ['10.2.0.8', false],
    ['127.0.0.1', false],
  ])('a peer leads to where the server has seen it, to the server, and into our network: %s: %s', (address, may) => {
    expect(isTarget(address, introduction, OFFICE)).toBe(may);
  });
});

it('behind a server on this host a peer may be on this host', () => {
  const here = { address: '127.0.0.1', port: 1 };
  const surroundings = { server: '127.0.0.1', networks: ['127.0.0.1/8'] };
  const introduction = { own: here, endpoint: { ...here, port: 2 } };
  expect(['127.0.0.1', '127.0.0.9'].map((address) => isTarget(address, introduction, surroundings))).toEqual([
    true,
    true,
  ]);
});
