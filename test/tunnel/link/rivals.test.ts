/** More than two with one code, where whoever is there first is wanted: who is connected, and what the others are told. */
import { describe, expect, it } from 'vitest';
import { startPunchServer } from '../../punch/punches.ts';
import { newKeys, openTestLink, type WatchedLink } from './links.ts';

const FIRST = { kind: 'first' } as const;

function connectedTo(link: WatchedLink | undefined): string | undefined {
  return link?.events.findLast((event) => event.kind === 'connected')?.peer;
}

describe.concurrent('with one code', () => {
  it('of three at once two are connected to each other, and the third is told so', async ({ expect }) => {
    await using server = await startPunchServer();
    const keys = newKeys();
    const open = (id: string) => openTestLink(server, { id, keys, peers: FIRST, waitMs: 3_000 });
    await using a = await open('a');
    await using b = await open('b');
    await using c = await open('c');
    const links = [a, b, c];
    const [end, loser] = await Promise.race(links.map(async (link) => [await link.link.closed, link] as const));
    expect(end).toEqual({
      reason: 'no-peer',
      detail: expect.stringMatching(
        /(are they connected to each other|is it connected to somebody else with this code)\?$/,
      ),
    });
    const [one, other] = links.filter((link) => link !== loser);
    expect([connectedTo(one), connectedTo(other)]).toEqual(
      [other, one].map((link) => 'abc'[links.indexOf(link as never)]),
    );
  });

  it('one whose peer leaves before the tunnel is used waits for another one, and ends with that', async ({
    expect,
  }) => {
    await using server = await startPunchServer();
    const keys = newKeys();
    await using alice = await openTestLink(server, { id: 'alice', keys, peers: FIRST });
    {
      await using rival = await openTestLink(server, { id: 'rival', keys, peers: FIRST });
      await Promise.all([rival.next(), alice.next()]);
    }
    await alice.told('ended');
    {
      await using bob = await openTestLink(server, { id: 'bob', keys, peers: FIRST });
      const [linked] = await Promise.all([alice.next(), bob.next()]);
      expect(linked.peer).toBe('bob');
      linked.settle();
    }
    expect(await alice.link.closed).toEqual({ reason: 'peer-left', detail: 'the peer has closed the connection' });
  });

  it('one whom two others do not ask for is told after some seconds, and goes on waiting', async () => {
    await using server = await startPunchServer();
    const keys = newKeys();
    await using a = await openTestLink(server, { id: 'a', keys, peers: FIRST });
    await using b = await openTestLink(server, { id: 'b', keys, peers: FIRST });
    await Promise.all([a.next(), b.next()]);
    await using c = await openTestLink(server, { id: 'c', keys, peers: FIRST });
    expect(await c.told('unanswered')).toEqual({ kind: 'unanswered', peers: 2 });
    await a[Symbol.asyncDispose]();
    await b.told('ended');
    expect((await c.next()).peer).toBe('b');
  });
});
