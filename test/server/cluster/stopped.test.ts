/**
 * A node that is stopped for longer than its lease and goes on: for a moment it and another both believe in one room, and two
 * clients in one id.
 */
import { describe, expect, it } from 'vitest';
import type { RendezvousEvent } from '../../../src/net/rendezvous/client.ts';
import { joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { MAIN } from '../../cli/natcheck.ts';
import { type Peer, peerOf, startTestServer, TOLD, urlOf } from '../../net/rendezvous/peers.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { comeBack } from './come-back.ts';
import { startNodeProcess } from './node-process.ts';
import { findRedis, startRedis } from './redis-server.ts';

const redis = findRedis();
/** For how long the next home keeps an id for its owner. */
const RESUME_MS = 500;

async function join(url: string, id: string, resumeKey?: string): Promise<Peer> {
  return ownedByTest(await peerOf(await comeBack([url], { room: 'room', id, resumeKey })));
}

/** All that it is told from now on until its connection ends. */
async function rest(peer: Peer): Promise<readonly RendezvousEvent[]> {
  const events: RendezvousEvent[] = [];
  do events.push(await peer.any());
  while (events.at(-1)?.type !== 'closed');
  return events;
}

const COME_BACK = { type: 'closed', code: 1013, canResume: true } as const;

describe.skipIf(typeof redis === 'string')('the home of a room that is stopped until another node has the room', () => {
  it('tells its clients to come back and nothing else, and the ids are those of whoever has come to the new home', async () => {
    if (typeof redis === 'string') throw new Error(redis);
    const store = ownedByTest(await startRedis(redis));
    const limits = { resumeMs: RESUME_MS };
    const [former, server] = await Promise.all([
      startNodeProcess({ main: MAIN, redis: store.url }).then(ownedByTest),
      startTestServer({ redis: store.url, limits }).then(ownedByTest),
    ]);
    const next = urlOf(server);
    const alice = await join(former.url, 'alice');
    const dave = await join(former.url, 'dave');
    const bob = await join(next, 'bob');
    expect(bob.client.joined.peers).toEqual(['alice', 'dave']);
    for (const one of [alice, alice, dave]) await one.next('peer-joined');

    former.child.kill('SIGSTOP');
    // It lies before a process that believes in the room, and that Redis believes in no more when it is read.
    alice.client.ask('bob', TOLD);
    expect(await rest(bob)).toEqual([{ ...COME_BACK, reason: 'the way to the room is lost' }]);
    const bobAgain = await join(next, 'bob', bob.client.joined.resumeKey);
    const aliceAgain = await join(next, 'alice', alice.client.joined.resumeKey);
    expect(aliceAgain.client.joined.resumeKey).toBe(alice.client.joined.resumeKey);
    const other = await join(next, 'dave');
    expect(other.client.joined.resumeKey).not.toBe(dave.client.joined.resumeKey);

    former.child.kill('SIGCONT');
    const told = [{ ...COME_BACK, reason: 'the room has moved' }];
    expect(await Promise.all([rest(alice), rest(dave)])).toEqual([told, told]);
    const { resumeKey } = dave.client.joined;
    expect(await joinRendezvous({ url: next, room: 'room', id: 'dave', resumeKey })).toMatchObject({
      outcome: 'refused',
      code: 'id-in-use',
    });

    // What was said to the former home has come to nobody, and it serves those of the new one.
    const carol = await join(former.url, 'carol');
    expect(carol.client.joined.peers.toSorted()).toEqual(['alice', 'bob', 'dave']);
    carol.client.ask('bob', TOLD);
    let event = await bobAgain.any();
    while (event.type.startsWith('peer-')) event = await bobAgain.any();
    expect(event).toEqual({ type: 'wanted', peer: 'carol' });
  });
});
