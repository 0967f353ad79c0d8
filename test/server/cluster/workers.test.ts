/** Two servers on one real Redis whose STUN is in processes of their own. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { NatcheckServer } from '../../../server/index.ts';
import { join, pairUp, startTestServer } from '../../net/rendezvous/peers.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { bindTicket, primaryOf, showTicket } from '../services/clients.ts';
import { findRedis, type RedisServer, startRedis } from './redis-server.ts';

const redis = findRedis();
/** Enough that one worker hears from none of them once in a million times. */
const SHOWN = Array.from({ length: 20 }, (_, index) => index);
const ALL_BOUND = SHOWN.map(() => 'bound');

async function startStore(): Promise<RedisServer> {
  if (typeof redis === 'string') throw new Error(redis);
  return ownedByTest(await startRedis(redis));
}

const start = async ({ url }: RedisServer): Promise<NatcheckServer> =>
  ownedByTest(await startTestServer({ redis: url, workers: 2 }));

/** Has Redis do these, one after the other. */
async function command({ url }: RedisServer, lines: readonly string[]): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    await once(socket, 'data');
  }
  socket.destroy();
}

describe.skipIf(typeof redis === 'string')('two servers on one Redis, each with two workers', () => {
  it('introduce their clients, and take the tickets of each other on every worker', async () => {
    const store = await startStore();
    const [a, b] = await Promise.all([start(store), start(store)]);
    await using alice = await join(a, 'alice');
    await using bob = await join(b, 'bob');
    await pairUp(alice, bob);
    await Promise.all([alice.bind(), bob.bind()]);
    const [toAlice, toBob] = await Promise.all([alice.next('introduction'), bob.next('introduction')]);
    expect([toAlice.endpoint, toBob.endpoint]).toEqual([bob.socket.local, alice.socket.local]);
    for (const [{ client }, other] of [
      [alice, b],
      [bob, a],
    ] as const) {
      const shown = await Promise.all(SHOWN.map(() => bindTicket(client.joined.ticket, primaryOf(other))));
      expect(shown.map(({ outcome }) => outcome)).toEqual(ALL_BOUND);
    }
  });

  it('take the tickets of the secret that Redis has by then on every worker, and on those that begin later', async () => {
    const store = await startStore();
    const server = await start(store);
    const secret = new Uint8Array(32).fill(7);
    const outcomes = async () => {
      const shown = await Promise.all(SHOWN.map(() => showTicket(secret, primaryOf(server))));
      return shown.map(({ outcome }) => outcome);
    };
    expect(await outcomes()).toEqual(SHOWN.map(() => 'refused'));
    const text = Buffer.from(secret).toString('base64url');
    await command(store, [`SET natcheck:ticket-secret ${text}`, 'CLIENT KILL TYPE pubsub']);
    await expect.poll(outcomes).toEqual(ALL_BOUND);
    const before = server.workers();
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await expect.poll(() => server.workers().filter((pid) => !before.includes(pid))).toHaveLength(2);
    expect(await outcomes()).toEqual(ALL_BOUND);
  });
});
