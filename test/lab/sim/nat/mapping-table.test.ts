/** How long mappings live, and which of several public addresses they get. */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, type NatProfile, PORT_RESTRICTED } from '../../../../lab/profiles.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import { A1, A2, at, B1, HOST, natOf } from './nat-box.ts';

describe('lifetime (RFC 4787 §4.3)', () => {
  const profile: NatProfile = { ...PORT_RESTRICTED, lifetimeMs: 30_000 };

  it('ends when nothing has gone out for that long', () => {
    const { send, receive } = natOf(profile);
    send(0, HOST, A1);
    expect(receive(29_999.9, A1, at(40_000)).kind).toBe('pass');
    expect(receive(30_000, A1, at(40_000))).toEqual({ kind: 'drop', why: 'no-mapping' });
  });

  it('is refreshed by what goes out (REQ-6)', () => {
    const { send, receive } = natOf(profile);
    send(0, HOST, A1);
    send(20_000, HOST, A1);
    expect(receive(49_999, A1, at(40_000)).kind).toBe('pass');
    expect(receive(50_000, A1, at(40_000)).kind).toBe('drop');
  });

  it('is not refreshed by what comes in', () => {
    const { send, receive } = natOf(profile);
    send(0, HOST, A1);
    receive(29_000, A1, at(40_000));
    expect(receive(30_000, A1, at(40_000)).kind).toBe('drop');
  });

  it('is per remote in the filter, while the mapping lives on by another', () => {
    const { send, receive } = natOf(profile);
    send(0, HOST, A1);
    send(20_000, HOST, B1);
    expect(receive(40_000, A1, at(40_000))).toEqual({ kind: 'drop', why: 'filtered' });
    expect(receive(40_000, B1, at(40_000)).kind).toBe('pass');
  });

  it('gives a new public endpoint after the end of the old one', () => {
    const { sourceOf } = natOf({ ...profile, ports: 'sequential' });
    const { port } = sourceOf(0, HOST, A1);
    expect(sourceOf(29_000, HOST, A1).port).toBe(port);
    expect(sourceOf(60_000, HOST, A1).port).toBe(port + 1);
  });
});

describe('pool of public addresses (RFC 4787 §4.1)', () => {
  const addresses: [string, ...string[]] = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'];
  const socketsOf = (host: Endpoint): Endpoint[] =>
    Array.from({ length: 64 }, (_, index) => ({ ...host, port: 5000 + index }));
  const seen = (pooling: NatProfile['pooling'], host: Endpoint): Set<string> => {
    const { sourceOf } = natOf({ ...FULL_CONE, poolSize: 4, pooling }, addresses);
    return new Set(socketsOf(host).map((socket) => sourceOf(0, socket, A1).address));
  };

  it('gives all sockets of a host the same address when paired (REQ-2)', () => {
    expect(seen('paired', HOST).size).toBe(1);
  });

  it('gives hosts different addresses of the pool when paired', () => {
    const { sourceOf } = natOf({ ...FULL_CONE, poolSize: 4 }, addresses);
    const hosts = Array.from({ length: 64 }, (_, index) => ({ address: `192.168.1.${100 + index}`, port: 5000 }));
    expect(new Set(hosts.map((host) => sourceOf(0, host, A1).address))).toEqual(new Set(addresses));
  });

  it('gives the sockets of one host any address when arbitrary', () => {
    expect(seen('arbitrary', HOST)).toEqual(new Set(addresses));
  });

  it('keeps one public endpoint per mapping also when arbitrary', () => {
    const { sourceOf } = natOf({ ...FULL_CONE, poolSize: 4, pooling: 'arbitrary' }, addresses);
    const first = sourceOf(0, HOST, A1);
    for (const to of [A2, B1, A1]) expect(sourceOf(0, HOST, to)).toEqual(first);
  });

  it('preserves a port once on each address', () => {
    const { sourceOf } = natOf({ ...FULL_CONE, poolSize: 4 }, addresses);
    const hosts = Array.from({ length: 64 }, (_, index) => ({ address: `192.168.1.${100 + index}`, port: 5000 }));
    const preserved = hosts.map((host) => sourceOf(0, host, A1)).filter(({ port }) => port === 5000);
    expect(new Set(preserved.map(({ address }) => address))).toEqual(new Set(addresses));
    expect(preserved).toHaveLength(4);
  });
});
