/** Several peers in one room, each over one socket: who gets what, who asks for whom, and what ends with the room. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { NatcheckServer } from '../../server/index.ts';
import { openRoom } from '../../src/punch/open-room.ts';
import type { PunchRoom, RoomOptions } from '../../src/punch/options.ts';
import { punch } from '../../src/punch/punch.ts';
import type { PunchResult } from '../../src/punch/result.ts';
import { joinedWith } from '../rendezvous/introduction/side.ts';
import { portsOf, startPunch, startPunchServer } from './punches.ts';

function enter(server: NatcheckServer, id: string, options: Partial<RoomOptions> = {}): Promise<PunchRoom> {
  return openRoom({
    id,
    server: `127.0.0.1:${portsOf(server).port}`,
    rendezvous: `ws://127.0.0.1:${server.httpPort}`,
    room: 'several',
    ...options,
  });
}

/** The next datagram of a path, as text. */
function heardOn({ path }: PunchResult): Promise<string> {
  return new Promise((resolve) => path?.onData((bytes) => resolve(Buffer.from(bytes).toString())));
}

describe.concurrent('a room', () => {
  it('is where each of three meets both others at once, over one socket each', async () => {
    await using server = await startPunchServer();
    const ids = ['alice', 'bob', 'carol'] as const;
    const rooms = await Promise.all(ids.map((id) => enter(server, id)));
    await using ends = new AsyncDisposableStack();
    for (const room of rooms) ends.use(room);
    const results = await Promise.all(
      ids.flatMap((id, at) =>
        ids
          .filter((peer) => peer !== id)
          .map(async (peer) => ({ id, peer, result: await (rooms[at] as PunchRoom).connect(peer) })),
      ),
    );
    const locals = new Map<string, Set<number>>();
    for (const { id, result } of results) {
      expect(result.report).toMatchObject({ outcome: 'direct', technique: 'host' });
      locals.set(id, (locals.get(id) ?? new Set()).add(result.report.local?.port ?? 0));
    }
    expect([...locals.values()].map(({ size }) => size)).toEqual([1, 1, 1]);
    const heard = results.map(({ result }) => heardOn(result));
    for (const { id, peer, result } of results) result.path?.send(Buffer.from(`${id} to ${peer}`));
    expect(await Promise.all(heard)).toEqual(results.map(({ id, peer }) => `${peer} to ${id}`));
  });

  it('tells of a peer that asks, once, and ends that with itself', async () => {
    await using server = await startPunchServer();
    const room = await enter(server, 'host');
    await using guest = await enter(server, 'guest');
    const asking = guest.connect('host');
    const met: string[] = [];
    const serving = (async () => {
      for await (const peer of room.incoming) {
        met.push(peer);
        await room.connect(peer);
        break;
      }
    })();
    expect((await asking).report.outcome).toBe('direct');
    await serving;
    expect(met).toEqual(['guest']);
    await room[Symbol.asyncDispose]();
    const rest: string[] = [];
    for await (const peer of room.incoming) rest.push(peer);
    expect(rest).toEqual([]);
  });

  it('tells who is there, who comes, and once more after leaving and coming back', async () => {
    await using server = await startPunchServer();
    await using host = await enter(server, 'host');
    const seen = host.present[Symbol.asyncIterator]();
    {
      await using guest = await enter(server, 'guest');
      expect((await seen.next()).value).toBe('guest');
      const seenByGuest = guest.present[Symbol.asyncIterator]();
      expect((await seenByGuest.next()).value).toBe('host');
    }
    await using _again = await enter(server, 'guest');
    expect((await seen.next()).value).toBe('guest');
  });

  it('that is left keeps its paths, and its id is free at once', async () => {
    await using server = await startPunchServer();
    await using bob = await enter(server, 'bob');
    await using alice = await enter(server, 'alice');
    const [hers, his] = await Promise.all([alice.connect('bob'), bob.connect('alice')]);
    await alice.leave();
    await using again = await enter(server, 'alice');
    const [anew, hisAnew] = await Promise.all([again.connect('bob'), bob.connect('alice')]);
    const heard = [heardOn(his), heardOn(hisAnew)];
    hers.path?.send(Buffer.from('former'));
    anew.path?.send(Buffer.from('present'));
    expect(await Promise.all(heard)).toEqual(['former', 'present']);
  });

  it('gives what is said on the newer of two paths between the same sockets', async () => {
    await using server = await startPunchServer();
    await using bob = await enter(server, 'bob');
    await using alice = await enter(server, 'alice');
    const first = await Promise.all([alice.connect('bob'), bob.connect('alice')]);
    const [hers, his] = await Promise.all([alice.connect('bob'), bob.connect('alice')]);
    expect(hers.report.local).toEqual(first[0].report.local);
    const heard = heardOn(his);
    hers.path?.send(Buffer.from('hello'));
    expect(await heard).toBe('hello');
    await first[0][Symbol.asyncDispose]();
    const still = heardOn(hers);
    his.path?.send(Buffer.from('still there'));
    expect(await still).toBe('still there');
  });

  it('is not elsewhere as long as this host has the address that the room sends from', async () => {
    await using server = await startPunchServer();
    await using room = await enter(server, 'alice');
    await using named = await enter(server, 'bob', { local: '127.0.0.1' });
    expect([await room.isElsewhere(), await named.isElsewhere()]).toEqual([false, false]);
  });

  it('meets the one-peer form as well, and the same peer again when its path is gone', async () => {
    await using server = await startPunchServer();
    await using room = await enter(server, 'alice');
    for (const round of [1, 2]) {
      const bob = startPunch(server, { id: 'bob', peer: 'alice', room: 'several' });
      const [mine, his] = await Promise.all([room.connect('bob'), bob.result]);
      expect([round, mine.report.outcome, his.report.outcome]).toEqual([round, 'direct', 'direct']);
      await his[Symbol.asyncDispose]();
      expect(await mine.path?.closed).toMatchObject({ reason: 'peer-left' });
    }
  });

  it('ends its paths and whoever still waits in it', async () => {
    await using server = await startPunchServer();
    await using bob = await enter(server, 'bob');
    const alice = await enter(server, 'alice');
    const [hers, his] = await Promise.all([alice.connect('bob'), bob.connect('alice')]);
    const waiting = alice.connect('nobody');
    waiting.catch(() => {});
    await alice[Symbol.asyncDispose]();
    expect(await hers.path?.closed).toMatchObject({ reason: 'own-end' });
    expect(await his.path?.closed).toMatchObject({ reason: 'peer-left' });
    await expect(waiting).rejects.toThrow('the room has been left');
  });

  it('refuses to connect to itself, or twice at once to one peer', async () => {
    await using server = await startPunchServer();
    await using room = await enter(server, 'alice');
    const first = room.connect('bob', { waitMs: 500 });
    await expect(room.connect('bob')).rejects.toThrow('bob is being connected to already');
    await expect(room.connect('alice')).rejects.toThrow('you and the peer both have the id alice');
    expect((await first).report).toMatchObject({ outcome: 'failed', reason: 'no-peer' });
  });

  it('of a server that tells of a thousand peers who ask keeps 64', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    server.on('connection', (socket) => {
      socket.once('message', () => {
        socket.send(JSON.stringify(joinedWith()));
        for (let count = 0; count < 1_000; count++) socket.send(JSON.stringify({ type: 'wanted', peer: `p${count}` }));
        socket.close(1000);
      });
    });
    const { port } = server.address() as AddressInfo;
    const lost = Promise.withResolvers<string>();
    const where = { server: '127.0.0.1:9', rendezvous: `ws://127.0.0.1:${port}` };
    await using room = await openRoom({ ...where, id: 'alice', onNotice: lost.resolve });
    expect(await lost.promise).toMatch(
      /^lost the rendezvous \(.* closed the WebSocket: .* \[WebSocket 1000\]\): reconnecting$/,
    );
    const asking = room.incoming[Symbol.asyncIterator]();
    const none = { value: 'none' };
    const next = (): Promise<{ readonly value: string | undefined }> =>
      Promise.race([asking.next(), new Promise<typeof none>((resolve) => setImmediate(() => resolve(none)))]);
    const ids: (string | undefined)[] = [];
    for (let one = await next(); one !== none; one = await next()) ids.push(one.value);
    expect([ids.length, ids[0], ids[63]]).toEqual([64, 'p0', 'p63']);
    server.close();
  });

  it('still gives who asks after 64 others were given and left alone', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const ask = Promise.withResolvers<(peer: string) => void>();
    server.on('connection', (socket) => {
      socket.once('message', () => {
        socket.send(JSON.stringify(joinedWith()));
        ask.resolve((peer) => socket.send(JSON.stringify({ type: 'wanted', peer })));
      });
    });
    const { port } = server.address() as AddressInfo;
    await using room = await openRoom({
      id: 'alice',
      server: '127.0.0.1:9',
      rendezvous: `ws://127.0.0.1:${port}`,
    });
    const wanted = await ask.promise;
    const asking = room.incoming[Symbol.asyncIterator]();
    for (let count = 0; count < 64; count++) {
      wanted(`p${count}`);
      expect((await asking.next()).value).toBe(`p${count}`);
    }
    wanted('late');
    expect((await asking.next()).value).toBe('late');
    server.close();
  });

  it('of a server that cannot be reached tells each who connects', async () => {
    await using room = await openRoom({ id: 'alice', server: '127.0.0.1:9', rendezvous: 'ws://127.0.0.1:9' });
    expect((await room.connect('bob')).report).toMatchObject({ outcome: 'failed', reason: 'rendezvous-unreachable' });
    expect(await room.over).toMatchObject({ reason: 'rendezvous-unreachable' });
  });
});

describe.concurrent('a socket of somebody else', () => {
  it('is punched from, and given back open', async () => {
    await using server = await startPunchServer();
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const where = { server: `127.0.0.1:${portsOf(server).port}`, rendezvous: `ws://127.0.0.1:${server.httpPort}` };
    const bob = startPunch(server, { id: 'bob', peer: 'alice' });
    const mine = await punch({ ...where, id: 'alice', peer: 'bob', socket });
    const his = await bob.result;
    expect(his.report.remote).toEqual({ address: '127.0.0.1', port });
    await mine[Symbol.asyncDispose]();
    await his[Symbol.asyncDispose]();
    expect([socket.address().port, socket.listenerCount('message')]).toEqual([port, 0]);
    socket.close();
  });

  it('that is bound to every address is known by the one that leads to the server', async () => {
    await using server = await startPunchServer();
    const socket = createSocket('udp4').bind(0);
    await once(socket, 'listening');
    const { port } = socket.address();
    const where = { server: `127.0.0.1:${portsOf(server).port}`, rendezvous: `ws://127.0.0.1:${server.httpPort}` };
    const bob = startPunch(server, { id: 'bob', peer: 'alice' });
    await using mine = await punch({ ...where, id: 'alice', peer: 'bob', socket });
    await using his = await bob.result;
    expect(mine.report.local).toEqual({ address: '127.0.0.1', port });
    expect(his.report).toMatchObject({ outcome: 'direct', remote: { address: '127.0.0.1', port } });
    await mine[Symbol.asyncDispose]();
    socket.close();
  });

  it('has to be bound', async () => {
    await using server = await startPunchServer();
    const socket = createSocket('udp4');
    const where = { server: `127.0.0.1:${portsOf(server).port}`, rendezvous: `ws://127.0.0.1:${server.httpPort}` };
    await expect(punch({ ...where, id: 'alice', peer: 'bob', socket })).rejects.toThrow('the socket is not bound');
    socket.close();
  });
});
