/** What a path takes to send, and why it does not. */
import { describe, expect, it } from 'vitest';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import type { PathSession } from '../../../src/punch/attempt/path-session.ts';
import { startPath } from '../../../src/punch/path/start-path.ts';
import { connect, openSide, refusalOf } from './sides.ts';

it('before it is open it takes nothing', async () => {
  await using side = await openSide('controlling');
  expect(refusalOf(side.path)).toEqual({ code: 'not-connected', message: 'the path is not open yet' });
  expect(side.path.maxDatagram()).toBe(0);
});

describe('the largest datagram', () => {
  it.each([
    ['127.0.0.1', 65_507],
    ['::1', 65_527],
  ])('toward %s has %i bytes, and arrives whole', async (address, max) => {
    await using one = await openSide('controlling', { address });
    await using other = await openSide('controlled', { address });
    await connect(one, other);
    const heard = new Promise<Uint8Array>((resolve) => other.path.onData(resolve));
    expect(one.path.maxDatagram()).toBe(max);
    expect(refusalOf(one.path, new Uint8Array(max + 1))).toEqual({
      code: 'too-large',
      message: `a datagram of ${max + 1} bytes: this path takes ${max} at most`,
    });
    const bytes = Uint8Array.from({ length: max }, (_, index) => index % 251);
    one.path.send(bytes);
    expect(Buffer.compare(await heard, bytes)).toBe(0);
    expect([one.path.stats().datagramsSent, one.path.stats().sendFailures]).toEqual([1, 0]);
    await one.path[Symbol.asyncDispose]();
    expect(one.path.maxDatagram()).toBe(0);
  });

  it.each([
    ['relay', 'relay', 'host', 65_400],
    // The peer sees the relay at another address than it was told of.
    ['prflx', 'relay', 'host', 65_400],
    ['relay', 'other', 'host', 65_400],
    ['host', 'main', 'relay', 65_400],
    ['srflx', 'main', 'prflx', 65_507],
  ])(
    'from a candidate of type %s on the socket "%s" to one of type %s it has %i bytes',
    async (local, socket, remote, max) => {
      await using main = await openUdpSocket({ address: '127.0.0.1', port: 0 });
      const endpoint = { address: '198.51.100.1', port: 50_000 };
      const pair = { socket, local: { type: local, endpoint }, remote: { type: remote, endpoint }, rttMs: 1 };
      const path = startPath({ session: sessionOn(pair), sockets: { [socket]: main }, onEvent: () => {} });
      expect(path.maxDatagram()).toBe(max);
      await path[Symbol.asyncDispose]();
    },
  );
});

/** One that has selected that pair, and only waits. */
function sessionOn(pair: object): PathSession {
  let isClosed = false;
  const close = (): void => {
    isClosed = true;
  };
  return {
    handleDatagram: () => 'other',
    handleSendFailure: () => {},
    handleTimeout: () => {},
    selected: () => pair as ReturnType<PathSession['selected']>,
    close,
    leave: close,
    poll: () => (isClosed ? { kind: 'done', result: 'closed' } : { kind: 'wait', until: Number.POSITIVE_INFINITY }),
  };
}
