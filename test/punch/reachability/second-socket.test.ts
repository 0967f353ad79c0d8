/** A second socket: where a server may have it shown, and what ends without one. */
import { describe, expect, it } from 'vitest';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { createReachability } from '../../../src/punch/reachability/reachability.ts';
import type { BindResult } from '../../../src/rendezvous/introduction/output.ts';

const SERVER = { address: '203.0.113.10', port: 3478 };
const TICKET = { username: 'u'.repeat(22), password: 'p'.repeat(43) };

/** Binds a second socket beside a first one over IPv4. */
async function bindSecond(by: {
  readonly address: string;
  readonly namedBy: string;
  readonly mayHaveSecond?: boolean;
}): Promise<BindResult> {
  const { address, namedBy, mayHaveSecond = true } = by;
  await using socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  await using reachability = createReachability({
    ...{ socket, server: SERVER, mode: 'any', mayHaveSecond },
    openRelay: async () => ({ outcome: 'failed', details: [] }),
    onNotice: () => {},
  });
  const { signal } = new AbortController();
  return reachability.bindSecond({ ticket: TICKET, server: { address, port: 3478 }, namedBy, signal });
}

describe('the second socket', () => {
  it.each([
    ['::1', 'a loopback address'],
    ['fe80::1', 'a link-local address'],
    ['fd12::1', 'a private address'],
    ['ff02::1', 'a multicast address'],
    ['::', 'an unspecified address'],
    ['64:ff9b::7f00:1', 'a loopback address'],
  ])('is not shown where %s is named by a server that is elsewhere', async (address, detail) => {
    expect(await bindSecond({ address, namedBy: SERVER.address })).toEqual({ outcome: 'not-sent', detail });
  });

  it('is none where it is not wanted, or where its server has the family of the first', async () => {
    const none = { outcome: 'not-sent', detail: 'there is no second socket' };
    expect(await bindSecond({ address: '::1', namedBy: '127.0.0.1', mayHaveSecond: false })).toEqual(none);
    expect(await bindSecond({ address: '127.0.0.2', namedBy: '127.0.0.1' })).toEqual(none);
  });
});
