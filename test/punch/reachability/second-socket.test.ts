/** The socket over IPv6, which a server that is named elsewhere makes this host open. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import type { PathMode } from '../../../src/punch/options.ts';
import { createReachability } from '../../../src/punch/reachability/reachability.ts';
import type { BindResult } from '../../../src/rendezvous/introduction/output.ts';

const TICKET = { username: 'u', password: 'p' };
const LOOPBACK6 = { address: '::1', port: 3478 };

interface Bound {
  readonly result: BindResult;
  /** Where the second socket is bound, once the binding has ended. */
  readonly local: Endpoint | null;
}

async function bindSecond(
  { server, namedBy }: { readonly server: Endpoint; readonly namedBy: string },
  { first = '127.0.0.1', mayHaveSecond = true }: { readonly first?: string; readonly mayHaveSecond?: boolean } = {},
): Promise<Bound> {
  await using socket = await openUdpSocket({ address: first, port: 0 });
  const mode: PathMode = 'direct-only';
  await using reachability = createReachability({
    ...{ socket, server: { address: namedBy, port: 3478 }, mode, mayHaveSecond },
    openRelay: async () => ({ outcome: 'failed', details: [] }),
    onNotice: () => {},
  });
  const { signal } = new AbortController();
  const result = await reachability.bindSecond({ ticket: TICKET, server, namedBy, signal });
  return { result, local: reachability.secondLocal() };
}

it('is opened once by the opener of sockets, with a way in that the router is asked for, and both end with the reachability', async () => {
  await using socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  await using mute = await openUdpSocket({ address: '::1', port: 0 });
  const pinholes: Endpoint[] = [];
  const opened: Endpoint[] = [];
  const reachability = createReachability({
    ...{ socket, server: { address: '127.0.0.1', port: 3478 }, mode: 'direct-only', mayHaveSecond: true },
    openRelay: async () => ({ outcome: 'failed', details: [] }),
    seekPinhole: (local) => void pinholes.push(local),
    openSocket: (at) => {
      opened.push(at);
      return openUdpSocket(at);
    },
    onNotice: () => {},
  });
  for (let times = 0; times < 2; times++) {
    const asked = Promise.withResolvers<void>();
    mute.onDatagram(() => asked.resolve());
    const stopped = new AbortController();
    const by = { ticket: TICKET, server: mute.local, namedBy: '127.0.0.1', signal: stopped.signal };
    const bound = reachability.bindSecond(by);
    await asked.promise;
    stopped.abort();
    await expect(bound).rejects.toThrow('This operation was aborted');
  }
  expect(opened).toEqual([{ address: '::1', port: 0 }]);
  expect(pinholes).toEqual([reachability.secondLocal()]);
  expect(reachability.secondLocal()?.address).toBe('::1');
  await reachability[Symbol.asyncDispose]();
});

describe('is not opened', () => {
  it.each([
    ['::1', 'a loopback address'],
    ['::ffff:127.0.0.1', 'a loopback address'],
    ['fd00::1', 'a private address'],
    ['ff02::1', 'a multicast address'],
    ['::', 'an unspecified address'],
  ])('toward %s, which a server on the Internet names', async (address, why) => {
    const { result, local } = await bindSecond({ server: { address, port: 3478 }, namedBy: '203.0.113.10' });
    expect(result).toEqual({ outcome: 'not-sent', detail: why });
    expect(local).toBeNull();
  });

  it('where only one socket is wanted', async () => {
    const { result } = await bindSecond({ server: LOOPBACK6, namedBy: '127.0.0.1' }, { mayHaveSecond: false });
    expect(result).toEqual({ outcome: 'not-sent', detail: 'there is no second socket' });
  });

  it('where the first one is over IPv6', async () => {
    const { result } = await bindSecond({ server: LOOPBACK6, namedBy: '::1' }, { first: '::1' });
    expect(result).toEqual({ outcome: 'not-sent', detail: 'there is no second socket' });
  });
});
