/** What the system refuses before a packet leaves is told in a sentence, with its code. */
import { expect, it } from 'vitest';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { punch } from '../../../src/punch/punch.ts';
import { bindTicket } from '../../../src/punch/reachability/socket.ts';

const WHO = { id: 'alice', peer: 'bob', server: '127.0.0.1', rendezvous: 'ws://127.0.0.1:1', portMapping: false };

it('a punch from an address of another host', async () => {
  await using punched = await punch({ ...WHO, local: '192.0.2.1' });
  expect(punched.report).toMatchObject({
    outcome: 'failed',
    reason: 'no-route',
    detail: 'this host cannot send to 127.0.0.1 from the given local address, which is none of its own [EADDRNOTAVAIL]',
  });
});

it('a ticket that cannot be sent from loopback to elsewhere', async () => {
  await using socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const server = { address: '192.0.2.1', port: 3478 };
  expect(await bindTicket(socket, { server, ticket: { username: 'u', password: 'p' } })).toEqual({
    outcome: 'not-sent',
    detail: expect.stringMatching(
      /^(this host|nothing could be sent to UDP 192\.0\.2\.1:3478: the system said) .*E[A-Z]+/,
    ),
  });
});
