/** What attempts under way are told of the second socket, which the server sees again every 15 s. */
import { expect, it } from 'vitest';
import { shareSocket } from '../../../src/net/shared-socket.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { tellSecond } from '../../../src/punch/reachability/late.ts';
import type { LateCandidates } from '../../../src/punch/reachability/state.ts';

it('is told once for each endpoint at which it is seen', async () => {
  await using socket = await openUdpSocket({ address: '::1', port: 0 });
  const told: LateCandidates[] = [];
  const server = { address: '2001:db8::10', port: 3478 };
  const second = { socket, shared: shareSocket(socket), server, seen: null };
  const state = { second, lateUsers: new Set([(late: LateCandidates) => void told.push(late)]) };
  for (const port of [1, 1, 1, 2, 2]) tellSecond(state, { address: '2001:db8::1', port });
  expect(told.map(({ specs }) => specs.map(({ endpoint }) => endpoint.port))).toEqual([
    [socket.local.port, 1],
    [socket.local.port, 2],
  ]);
});
