/** What a session, or a callback of its user, throws ends what it is part of; whoever asked for that, or disposes of it, is told. */
import { describe, expect, it } from 'vitest';
import { joinRendezvous } from '../../src/net/rendezvous/join.ts';
import { openRelay } from '../../src/net/turn/relay.ts';
import { openUdpSocket } from '../../src/net/udp-socket.ts';
import type { PathSession } from '../../src/punch/attempt/path-session.ts';
import type { PathState } from '../../src/punch/attempt/path-state.ts';
import { startPath } from '../../src/punch/path/start-path.ts';
import { refusalOf } from '../punch/path/sides.ts';
import { startTestServer, urlOf } from './rendezvous/peers.ts';
import { CREDENTIALS, startFakeTurnServer } from './turn/fake-server.ts';

const BUG = new Error('a bug');
const fail = (): never => {
  throw BUG;
};
const BROKEN = { code: 'path-over', message: 'the path is over: a callback or its session has thrown' };
const LOCAL = { address: '127.0.0.1', port: 0 };

/** One that takes everything for the peer's, and only waits. */
function pathSession(parts: Partial<PathSession> = {}): PathSession {
  let isClosed = false;
  return {
    handleDatagram: () => 'peer',
    handleSendFailure: () => {},
    handleTimeout: () => {},
    selected: () => null,
    close: () => {
      isClosed = true;
    },
    leave: () => {
      isClosed = true;
    },
    poll: () => (isClosed ? { kind: 'done', result: 'closed' } : { kind: 'wait', until: Number.POSITIVE_INFINITY }),
    ...parts,
  };
}

describe('a path', () => {
  it.each([
    ['handleDatagram', { handleDatagram: fail }],
    ['leave', { leave: fail }],
    ['handleOpened', { poll: oneOf(() => ({ kind: 'open', socket: 'more' })), handleOpened: fail }],
  ] satisfies [string, Partial<PathSession>][])('ends with what its session throws: %s', async (what, parts) => {
    await using main = await openUdpSocket(LOCAL);
    await using stranger = await openUdpSocket(LOCAL);
    const path = startPath({ session: pathSession(parts), sockets: { main }, onEvent: () => {} });
    if (what === 'handleDatagram') stranger.send(Uint8Array.of(1), main.local, () => {});
    if (!('leave' in parts)) await expect(path.ended).rejects.toBe(BUG);
    expect(refusalOf(path)).toEqual(
      'leave' in parts ? { code: 'not-connected', message: 'the path is not open yet' } : BROKEN,
    );
    await expect(path[Symbol.asyncDispose]()).rejects.toBe(BUG);
    expect(await path.closed).toEqual(
      'leave' in parts
        ? { reason: 'own-end', at: expect.any(Number) }
        : { reason: 'broken', error: BUG, at: expect.any(Number) },
    );
  });

  it('ends with what the receiver of its data throws, and sends nothing any more', async () => {
    await using main = await openUdpSocket(LOCAL);
    await using peer = await openUdpSocket(LOCAL);
    const local = { type: 'host', endpoint: main.local };
    const remote = { type: 'host', endpoint: peer.local };
    const selected = (() => ({ socket: 'main', local, remote })) as unknown as PathSession['selected'];
    const path = startPath({ session: pathSession({ selected }), sockets: { main }, onEvent: () => {} });
    expect(refusalOf(path)).toBeNull();
    path.onData(fail);
    const states: PathState[] = [];
    path.onState((state) => {
      states.push(state);
      throw new Error('a second one');
    });
    peer.send(Uint8Array.of(1), main.local, () => {});
    await expect(path.ended).rejects.toBe(BUG);
    expect([refusalOf(path), path.state(), states]).toEqual([BROKEN, 'lost', ['lost']]);
    expect(await path.closed).toEqual({ reason: 'broken', error: BUG, at: expect.any(Number) });
    await expect(path[Symbol.asyncDispose]()).rejects.toBe(BUG);
  });

  it('ends with what the receiver of its events throws', async () => {
    await using main = await openUdpSocket(LOCAL);
    const event = { kind: 'failed', reason: 'no-answer', at: 0 } as const;
    const poll = oneOf(() => ({ kind: 'event', event }));
    const path = startPath({ session: pathSession({ poll }), sockets: { main }, onEvent: fail });
    await expect(path.ended).rejects.toBe(BUG);
    await expect(path[Symbol.asyncDispose]()).rejects.toBe(BUG);
  });
});

/** That output first, and then only waiting. */
function oneOf(first: PathSession['poll']): PathSession['poll'] {
  let polls = 0;
  return (at) => (++polls === 1 ? first(at) : { kind: 'wait', until: Number.POSITIVE_INFINITY });
}

describe('a relay', () => {
  it('is not opened where the receiver of its events throws, and the connection is closed', async () => {
    await using server = await startFakeTurnServer({ transport: 'udp' });
    const { address: host, port } = server.endpoint;
    const opening = openRelay({ server: { host, port, transport: 'udp' }, credentials: CREDENTIALS, onEvent: fail });
    await expect(opening).rejects.toBe(BUG);
  });

  it('ends with what the receiver of its datagrams throws, and sends nothing any more', async () => {
    await using server = await startFakeTurnServer({ transport: 'udp' });
    await using peer = await openUdpSocket(LOCAL);
    const { address: host, port } = server.endpoint;
    const result = await openRelay({ server: { host, port, transport: 'udp' }, credentials: CREDENTIALS });
    if (result.outcome === 'failed') throw new Error(result.reason);
    const { relay } = result;
    const thrown = Promise.withResolvers<void>();
    relay.onDatagram(() => {
      thrown.resolve();
      throw BUG;
    });
    peer.onDatagram((bytes, from) => peer.send(bytes, from, () => {}));
    relay.send(Uint8Array.of(1), peer.local, () => {});
    await thrown.promise;
    const refused = await new Promise((resolve) => {
      queueMicrotask(() => relay.send(Uint8Array.of(1), peer.local, resolve));
    });
    expect(refused).toBe('ENOTCONN');
    await expect(relay[Symbol.asyncDispose]()).rejects.toBe(BUG);
  });
});

describe('a client of the rendezvous', () => {
  it('loses its connection to what the receiver of its events throws', async () => {
    await using server = await startTestServer();
    const join = (id: string) => joinRendezvous({ url: urlOf(server), room: 'test', id });
    const first = await join('first');
    if (first.outcome !== 'joined') throw new Error(first.outcome);
    first.client.onEvent(fail);
    const second = await join('second');
    if (second.outcome !== 'joined') throw new Error(second.outcome);
    const left = new Promise((resolve) => second.client.onEvent(resolve));
    // The server keeps the place of the first, which has not left, until it comes back or is given up.
    second.client.ask('first', { candidates: [], behavior: { mapping: 'none', filtering: 'none' } });
    await left;
    await expect(first.client[Symbol.asyncDispose]()).rejects.toBe(BUG);
    await second.client[Symbol.asyncDispose]();
  });
});

describe('a UDP socket', () => {
  it('refuses what Node would throw at: port 0, and a socket that is closed', async () => {
    const socket = await openUdpSocket(LOCAL);
    const codes: string[] = [];
    socket.send(Uint8Array.of(1), LOCAL, (code) => codes.push(code));
    await socket[Symbol.asyncDispose]();
    socket.send(Uint8Array.of(1), { address: '127.0.0.1', port: 9 }, (code) => codes.push(code));
    expect(codes).toEqual(['EINVAL', 'EBADF']);
  });
});
