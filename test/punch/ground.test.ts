/** What the punches of one room share: the detection goes the way that the socket goes. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { openRoom } from '../../src/punch/open-room.ts';

it('finds out what the NAT does from the address of the socket that it was given', async () => {
  const stun = createSocket('udp4').bind(0, '127.0.0.1');
  const socket = createSocket('udp4').bind(0, '127.0.0.3');
  await Promise.all([once(stun, 'listening'), once(socket, 'listening')]);
  const asked = once(stun, 'message');
  await using _room = await openRoom({
    id: 'alice',
    room: 'shared',
    server: `127.0.0.1:${stun.address().port}`,
    // Nobody serves there, so nothing but the detection asks the STUN server.
    rendezvous: 'ws://127.0.0.1:9',
    socket,
  });
  const [, asker] = (await asked) as [Uint8Array, AddressInfo];
  for (const one of [stun, socket]) one.close();
  expect(asker.address).toBe('127.0.0.3');
});
