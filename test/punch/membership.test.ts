/** Coming back to a rendezvous: by the scheme that it was first joined by, and no other. */
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { NatcheckServer } from '../../server/index.ts';
import { createMembership, type Membership } from '../../src/punch/membership.ts';
import { HOST, startTestServer } from '../net/rendezvous-peers.ts';
import { LOOPBACK_TLS } from '../server/tls/loopback.ts';

const held: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of held.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

function membershipOf(server: NatcheckServer, host = HOST): Membership {
  const url = { host, port: server.httpPort };
  const membership = createMembership({ url, room: 'r', id: 'me', ca: LOOPBACK_TLS.cert, onNotice: () => {} });
  held.push(membership);
  return membership;
}

const enter = (membership: Membership, waitMs = 5_000) =>
  membership.enter({ by: performance.now() + waitMs, signal: undefined });

it('never comes back over ws where it was joined over wss', async () => {
  const first = await startTestServer({ tls: LOOPBACK_TLS });
  const membership = membershipOf(first);
  const entry = await enter(membership);
  expect(entry.kind).toBe('joined');
  await first[Symbol.asyncDispose]();
  // A server without TLS in its place, as an attacker would have it.
  const plain = new WebSocketServer({ port: first.httpPort, host: HOST });
  await once(plain, 'listening');
  const joins: unknown[] = [];
  plain.on('connection', (socket) => joins.push(socket));
  expect(await enter(membership, 50)).toMatchObject({ kind: 'failed', reason: 'rendezvous-lost' });
  expect(joins).toEqual([]);
  plain.close();
});

const [mine] = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .filter(({ internal, family }) => !internal && family === 'IPv4');

it.runIf(mine)('over ws is overheard on the way to an address that is not loopback', async () => {
  const host = mine?.address ?? '';
  await using server = await startTestServer({ ip: [host] });
  const membership = membershipOf(server, host);
  expect((await enter(membership)).kind).toBe('joined');
  expect(membership.isOverheard()).toBe(true);
});

it.each([
  ['over ws is overheard, but not on the way to this very host', {}, false],
  ['over wss is not overheard', { tls: LOOPBACK_TLS }, false],
])('%s', async (_what, options, expected) => {
  await using server = await startTestServer(options);
  const membership = membershipOf(server);
  expect((await enter(membership)).kind).toBe('joined');
  expect(membership.isOverheard()).toBe(expected);
});
