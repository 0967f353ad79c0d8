/** Which public port a mapping gets. */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, SYMMETRIC } from '../../../../lab/profiles.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import { A1, A2, at, B1, HOST, inside, natOf, OTHER_HOST } from './nat-box.ts';

describe('port assignment (RFC 4787 §4.2)', () => {
  it('keeps the port when preserved, and takes another for a second host with the same one', () => {
    const { sourceOf, receive } = natOf(FULL_CONE);
    expect(sourceOf(0, HOST, A1)).toEqual(at(40_000));
    const second = sourceOf(0, OTHER_HOST, A1);
    expect(second.port).not.toBe(40_000);
    expect(receive(0, A1, at(40_000))).toEqual(inside(A1, HOST));
    expect(receive(0, A1, second)).toEqual(inside(A1, OTHER_HOST));
  });

  it('keeps a preserved port for the first destination only when the mapping depends on it', () => {
    const { sourceOf } = natOf({ ...SYMMETRIC, ports: 'preserved' });
    const ports = [A1, A2, B1].map((to) => sourceOf(0, HOST, to).port);
    expect(ports[0]).toBe(40_000);
    expect(new Set(ports).size).toBe(3);
  });

  it('gives a preserved port back once its mapping has ended', () => {
    const { sourceOf } = natOf(FULL_CONE);
    sourceOf(0, HOST, A1);
    expect(sourceOf(FULL_CONE.lifetimeMs, OTHER_HOST, A1)).toEqual(at(40_000));
  });

  it('draws from the ports of the same parity where that is kept (RFC 4787 §4.2.2)', () => {
    const { sourceOf } = natOf({ ...FULL_CONE, ports: 'parity' });
    const hosts = Array.from({ length: 2000 }, (_, index) => ({ ...HOST, port: 1 + index }));
    const ports = hosts.map((host) => sourceOf(0, host, A1).port);
    expect(ports.map((port) => port % 2)).toEqual(hosts.map(({ port }) => port % 2));
    expect(new Set(ports).size).toBe(2000);
    expect([Math.min(...ports) < 1500, Math.max(...ports) > 65_000]).toEqual([true, true]);
    expect(sourceOf(0, HOST, B1)).toEqual(sourceOf(0, HOST, A1));
  });

  it('counts up when sequential, over hosts and sockets, leaving out what is in use, and begins again after 65535', () => {
    const { sourceOf } = natOf({ ...FULL_CONE, ports: 'sequential' });
    const first = sourceOf(0, HOST, A1).port;
    expect(sourceOf(0, OTHER_HOST, A1).port).toBe(first + 1);
    const steps = 65_535 - (first + 1);
    for (let step = 1; step <= steps; step++) sourceOf(0, { address: '192.168.2.1', port: step }, A1);
    expect(sourceOf(0, { address: '192.168.2.2', port: 1 }, A1).port).toBe(1024);
  });

  it.each([2, 5, -1])('counts by %i when the profile says so, leaving out what is in use', (portStep) => {
    const { sourceOf } = natOf({ ...FULL_CONE, ports: 'sequential', portStep });
    const ports = Array.from({ length: 20_000 }, (_, index) => sourceOf(0, { ...HOST, port: 1 + index }, A1).port);
    const [first = 0] = ports;
    const span = 65_536 - 1024;
    const around = (port: number): number => ((((port - 1024) % span) + span) % span) + 1024;
    expect(ports.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, index) => around(first + index * portStep)));
    expect(new Set(ports).size).toBe(20_000);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(1024);
    expect(Math.max(...ports)).toBeLessThanOrEqual(65_535);
  });

  it('gives each host a block to itself, and drops when it is used up', () => {
    const { send, sourceOf } = natOf({ ...FULL_CONE, ports: 'block', blockSize: 64 });
    const portsOf = (host: Endpoint) =>
      Array.from({ length: 64 }, (_, index) => sourceOf(0, { ...host, port: 1 + index }, A1).port);
    const blocks = [HOST, OTHER_HOST].map((host) => {
      const ports = portsOf(host);
      expect(new Set(ports).size).toBe(64);
      expect(Math.max(...ports) - Math.min(...ports)).toBe(63);
      return Math.min(...ports);
    });
    expect(blocks[0]).not.toBe(blocks[1]);
    expect(blocks.map((first) => first % 64)).toEqual([0, 0]);
    expect(send(0, { ...HOST, port: 65 }, A1)).toEqual({ kind: 'drop', why: 'no-free-port' });
  });

  it('draws from 1024 to 65535 when random', () => {
    const { sourceOf } = natOf({ ...FULL_CONE, ports: 'random' });
    const ports = Array.from({ length: 2000 }, (_, index) => sourceOf(0, { ...HOST, port: 1 + index }, A1).port);
    expect(new Set(ports).size).toBe(2000);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(1024);
    expect(Math.min(...ports)).toBeLessThan(1500);
    expect(Math.max(...ports)).toBeGreaterThan(65_000);
    expect(Math.max(...ports)).toBeLessThanOrEqual(65_535);
  });

  it('drops when every port is in use, and works again when one is free', () => {
    const { send, sourceOf } = natOf({ ...SYMMETRIC, ports: 'sequential' });
    for (let port = 1; port <= 64_512; port++) sourceOf(port === 1 ? 0 : 1, HOST, { ...A1, port });
    expect(send(1, HOST, B1)).toEqual({ kind: 'drop', why: 'no-free-port' });
    expect(send(SYMMETRIC.lifetimeMs, HOST, B1).kind).toBe('pass');
  });
});
