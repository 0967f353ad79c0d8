/** Punches over IPv4 and IPv6 at once, on a server and a host with both. */
import { describe, expect, it } from 'vitest';
import type { NatcheckServer } from '../../server/index.ts';
import { familyOf } from '../../src/endpoint.ts';
import { UsageError } from '../../src/errors.ts';
import type { Resolver } from '../../src/net/lookup/resolver.ts';
import { type OpenSocket, openUdpSocket } from '../../src/net/udp-socket.ts';
import { punch } from '../../src/punch/punch.ts';
import { isStep, portsOf, startPunch, startPunchServer } from './punches.ts';

const BOTH = { ip: ['127.0.0.1', '127.0.0.2', '::1'] };

function at6(server: NatcheckServer): { readonly server: string; readonly rendezvous: string } {
  return { server: `[::1]:${portsOf(server).port}`, rendezvous: `ws://[::1]:${server.httpPort}` };
}

/**
 * Opens sockets that reach the server over both families, and a peer over IPv6 alone: which family opens first on loopback is a
 * matter of luck. That IPv6 goes ahead is held to on virtual time (test/lab/sim/punch/two-families.test.ts).
 */
function toPeersOverIpv6(server: NatcheckServer): OpenSocket {
  const served = server.addresses.map(({ port }) => port);
  return async (at) => {
    const socket = await openUdpSocket(at);
    return {
      ...socket,
      send: (bytes, to, onFailure) => {
        if (familyOf(to.address) === 'IPv6' || served.includes(to.port)) socket.send(bytes, to, onFailure);
      },
    };
  };
}

/** Returns the addresses that each side reaches the other at. */
async function remotes(
  server: NatcheckServer,
  a: Partial<Parameters<typeof startPunch>[1]>,
  b: Partial<Parameters<typeof startPunch>[1]>,
): Promise<readonly unknown[]> {
  const alice = startPunch(server, { id: 'alice', peer: 'bob', ...a });
  const bob = startPunch(server, { id: 'bob', peer: 'alice', ...b });
  await using one = await alice.result;
  await using other = await bob.result;
  return [one, other].map(({ report: { outcome, local, remote } }) => [outcome, local?.address, remote?.address]);
}

const udpSockets = (): number => process.getActiveResourcesInfo().filter((one) => one === 'UDPWrap').length;

/** The system counts a closed socket until its loop has turned; one that is left behind, for ever. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it('no socket of either family is left behind, whether the peer came or the punch was given up', async () => {
  await using server = await startPunchServer(BOTH);
  const before = udpSockets();
  await remotes(server, {}, {});
  await until(() => udpSockets() <= before);
  const abort = new AbortController();
  const alone = startPunch(server, { id: 'alice', peer: 'nobody', signal: abort.signal });
  await alone.told(isStep(1));
  abort.abort();
  await expect(alone.result).rejects.toThrow('This operation was aborted');
  await until(() => udpSockets() <= before);
  expect(udpSockets()).toBe(before);
});

it('a server whose name has an IPv6 address alone is met over that', async () => {
  await using server = await startPunchServer({ ip: ['::1'] });
  const resolver: Resolver = {
    addresses: async () => [{ address: '::1', family: 'IPv6' }],
    services: async () => [],
  };
  const at = { server: `six.example.org:${portsOf(server).port}`, rendezvous: at6(server).rendezvous, resolver };
  expect(await remotes(server, at, at)).toEqual([
    ['direct', '::1', '::1'],
    ['direct', '::1', '::1'],
  ]);
});

it.each(['fe80::1%lo', '::ffff:127.0.0.1'])('a server at %s is refused', async (server) => {
  await expect(punch({ id: 'alice', peer: 'bob', server: `[${server}]:3478` })).rejects.toThrow(UsageError);
});

describe.concurrent('two peers on a server with both families', () => {
  it('meet over IPv6 though both have named the server by its IPv4 address', async () => {
    await using server = await startPunchServer(BOTH);
    const openSocket = toPeersOverIpv6(server);
    expect(await remotes(server, { openSocket }, { openSocket })).toEqual([
      ['direct', '::1', '::1'],
      ['direct', '::1', '::1'],
    ]);
  });

  it('are told where the other is in each', async () => {
    await using server = await startPunchServer(BOTH);
    const alice = startPunch(server, { id: 'alice', peer: 'bob' });
    const bob = startPunch(server, { id: 'bob', peer: 'alice' });
    await using one = await alice.result;
    await using _other = await bob.result;
    const [, second, third, fourth] = one.report.steps.map(({ text }) => text);
    const both = /127\.0\.0\.1:\d+ and \[::1\]:\d+$/;
    for (const text of [second, third, fourth]) expect(text).toMatch(both);
  });

  it('meet over IPv4 where one of them wants that alone', async () => {
    await using server = await startPunchServer(BOTH);
    expect(await remotes(server, { family: 'IPv4' }, {})).toEqual([
      ['direct', '127.0.0.1', '127.0.0.1'],
      ['direct', '127.0.0.1', '127.0.0.1'],
    ]);
  });

  it('meet over IPv4 where one of them names a local IPv4 address', async () => {
    await using server = await startPunchServer(BOTH);
    expect(await remotes(server, { local: '127.0.0.3' }, {})).toEqual([
      ['direct', '127.0.0.3', '127.0.0.1'],
      ['direct', '127.0.0.1', '127.0.0.3'],
    ]);
  });

  it('meet over IPv6 where one of them has named the server by that', async () => {
    await using server = await startPunchServer(BOTH);
    const openSocket = toPeersOverIpv6(server);
    expect(await remotes(server, { openSocket }, { openSocket, ...at6(server) })).toEqual([
      ['direct', '::1', '::1'],
      ['direct', '::1', '::1'],
    ]);
  });

  it('do not meet where each wants another family', async () => {
    await using server = await startPunchServer(BOTH);
    const alice = startPunch(server, { id: 'alice', peer: 'bob', family: 'IPv4' });
    const bob = startPunch(server, { id: 'bob', peer: 'alice', family: 'IPv6', ...at6(server) });
    await using one = await alice.result;
    await using other = await bob.result;
    expect([one, other].map(({ report: { reason } }) => reason)).toEqual(['no-path', 'no-path']);
    expect(one.report.detail).toBe(
      'alice is reachable over IPv4 alone, and bob over IPv6 alone: let both reach the server over one family',
    );
  });
});

it('a local address of another family than the wanted one is refused', async () => {
  await using server = await startPunchServer(BOTH);
  const { result } = startPunch(server, { id: 'alice', peer: 'bob', family: 'IPv6', local: '127.0.0.1' });
  await expect(result).rejects.toThrow(new UsageError('127.0.0.1 is not an IPv6 address'));
});
