/** Sockets by name, opened by whoever the set was given. */
import { expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoint.ts';
import { createSocketSet } from '../../src/net/socket-set.ts';
import { type OpenSocket, openUdpSocket } from '../../src/net/udp-socket.ts';

/** Keeps count of the sockets that are open. */
function counting() {
  const opened: Endpoint[] = [];
  let left = 0;
  const open: OpenSocket = async (at) => {
    const socket = await openUdpSocket(at);
    opened.push(at);
    left++;
    return {
      ...socket,
      [Symbol.asyncDispose]: async () => {
        left--;
        await socket[Symbol.asyncDispose]();
      },
    };
  };
  return { open, opened, left: () => left };
}

it('are all opened at its address, and closed with it', async () => {
  const { open, opened, left } = counting();
  const set = createSocketSet('127.0.0.1', open);
  const sockets = await Promise.all(['a', 'b', 'c'].map((name) => set.open(name)));
  expect(sockets.map((socket) => socket?.local.address)).toEqual(Array(3).fill('127.0.0.1'));
  expect(opened).toEqual(Array(3).fill({ address: '127.0.0.1', port: 0 }));
  expect(set.get('b')).toBe(sockets[1]);
  set.close('b');
  expect([set.get('b'), left()]).toEqual([undefined, 2]);
  await set[Symbol.asyncDispose]();
  expect(left()).toBe(0);
});

it('are refused where the system refuses them, and where there is no address', async () => {
  await using refused = createSocketSet('127.0.0.1', () => Promise.reject(new Error('EMFILE')));
  await using none = createSocketSet(null, counting().open);
  expect([await refused.open('a'), await none.open('a')]).toEqual([null, null]);
});

it('are closed again where nobody wants them any more once they are open', async () => {
  const { open, opened, left } = counting();
  await using set = createSocketSet('127.0.0.1', open);
  const opening = set.open('a');
  set.close('a');
  expect([await opening, set.get('a'), opened.length, left()]).toEqual([null, undefined, 1, 0]);
});
