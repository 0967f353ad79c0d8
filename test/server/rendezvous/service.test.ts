/** The rendezvous over real WebSockets: what only the wire can do wrong, and how it ends. */
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { HttpServer } from '../../../server/http/http.ts';
import { routeUpgrades } from '../../../server/http/upgrades.ts';
import type { Rendezvous } from '../../../server/rendezvous/decisions/rendezvous.ts';
import { serveRendezvous } from '../../../server/rendezvous/service.ts';
import { HOST, join, pairUp, ROOM, startTestServer, TOLD, urlOf } from '../../net/rendezvous/peers.ts';

const JOIN = JSON.stringify({ type: 'join', version: 1, room: 'r', id: 'raw' });

/** Code and reason of the close of a raw WebSocket that sends these. */
async function closeAfter(url: string, send: (socket: WebSocket) => void): Promise<readonly [number, string]> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  send(socket);
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return [code, reason.toString()];
}

/** The head of a text frame of 126 to 65,535 bytes, masked with zeros (RFC 6455 §5.2). */
function textFrameHead(length: number): Buffer {
  const head = Buffer.from([0x81, 0xfe, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(length, 2);
  return head;
}

/** The service with one WebSocket whose stream has the pieces that a test writes, which TCP does not promise. */
function openUpgraded() {
  const heard: (string | null)[] = [];
  const handle: Rendezvous['handle'] = (_, input) => {
    if (input.kind === 'message') heard.push(input.text);
    return [];
  };
  const server = new EventEmitter();
  const service = serveRendezvous({
    rendezvous: { handle } as Rendezvous,
    now: () => 0,
  });
  routeUpgrades([{ server } as unknown as HttpServer], { '/': service.upgrade });
  const [near, far] = duplexPair();
  const headers = { upgrade: 'websocket', 'sec-websocket-key': `${'A'.repeat(22)}==`, 'sec-websocket-version': '13' };
  const request = { method: 'GET', url: '/', headers, socket: { remoteAddress: HOST } };
  let told = Buffer.alloc(0);
  near.on('data', (bytes) => {
    told = Buffer.concat([told, bytes]);
  });
  server.emit('upgrade', request, far, Buffer.alloc(0));
  return {
    heard,
    write: (bytes: Uint8Array) => new Promise<void>((resolve) => near.write(bytes, () => resolve())),
    /** The code of the close frame that came after the answer to the upgrade. */
    closedWith: () => {
      const frames = told.subarray(told.indexOf('\r\n\r\n') + 4);
      return frames[0] === 0x88 ? frames.readUInt16BE(2) : null;
    },
    [Symbol.asyncDispose]: async () => {
      near.destroy();
      far.destroy();
      await service[Symbol.asyncDispose]();
    },
  };
}

async function metrics(port: number): Promise<readonly string[]> {
  return (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split('\n');
}

describe('a WebSocket', () => {
  it('with a message too long is closed with 1009, and its peer leaves nothing open', async () => {
    await using server = await startTestServer();
    expect(await closeAfter(urlOf(server), (socket) => socket.send('x'.repeat(128 * 1024 + 1)))).toEqual([1009, '']);
    expect(await metrics(server.httpPort)).toContain('natcheck_rendezvous_connections 0');
  });

  it('with a message in 128 fragments is heard, and with one more is closed with 1008 while the others are served', async () => {
    await using server = await startTestServer();
    const inFragments = (count: number) => (socket: WebSocket) => {
      for (let n = 1; n < count; n++) socket.send('x', { fin: false });
      socket.send('x');
    };
    await using alice = await join(server, 'alice');
    const told = new WebSocket(urlOf(server));
    await once(told, 'open');
    inFragments(128)(told);
    const [answer] = (await once(told, 'message')) as [Buffer];
    expect(JSON.parse(answer.toString())).toMatchObject({ type: 'error', code: 'bad-message' });
    told.terminate();
    expect(await closeAfter(urlOf(server), inFragments(129))).toEqual([1008, '']);
    expect(await alice.bind()).toMatchObject({ outcome: 'bound' });
  });

  it('with a frame in 256 pieces is heard, and with one more is closed with 1008', async () => {
    await using one = openUpgraded();
    const sendBytewise = async (length: number): Promise<void> => {
      await one.write(textFrameHead(length));
      for (let n = 0; n < length; n++) await one.write(Buffer.from('x'));
    };
    await sendBytewise(256);
    expect(one.heard).toEqual(['x'.repeat(256)]);
    expect(one.closedWith()).toBeNull();
    await sendBytewise(257);
    expect(one.heard).toEqual(['x'.repeat(256)]);
    expect(one.closedWith()).toBe(1008);
  });

  it('that floods with pings is closed with 1008', async () => {
    await using server = await startTestServer();
    const flood = (socket: WebSocket): void => {
      for (let n = 0; n < 1_000; n++) socket.ping('x'.repeat(125), undefined, () => {});
    };
    expect(await closeAfter(urlOf(server), flood)).toEqual([1008, 'rate-limited']);
  });

  it('with a message of the longest kind is heard', async () => {
    await using server = await startTestServer();
    await using alice = await join(server, 'alice');
    await using bob = await join(server, 'bob');
    await pairUp(alice, bob);
    const data = '\u0001'.repeat(16 * 1024);
    alice.client.signal('bob', data);
    expect((await bob.next('signal')).data).toBe(data);
  });

  it('that sends binary is told so', async () => {
    await using server = await startTestServer();
    const socket = new WebSocket(urlOf(server));
    await once(socket, 'open');
    socket.send(Buffer.from(JOIN));
    const [answer] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(answer.toString())).toEqual({ type: 'error', code: 'bad-message', message: 'not text' });
    socket.terminate();
  });

  it('that leaves is closed by the server', async () => {
    await using server = await startTestServer();
    const closed = closeAfter(urlOf(server), (socket) => {
      socket.send(JOIN);
      socket.send('{"type":"leave"}');
    });
    expect(await closed).toEqual([1000, 'left']);
  });

  it('that does not read what its peer sends is cut off', async () => {
    await using server = await startTestServer({ limits: { burst: 1_000 } });
    await using alice = await join(server, 'alice');
    const bob = new WebSocket(urlOf(server));
    bob.on('error', () => {});
    await once(bob, 'open');
    bob.send(JSON.stringify({ type: 'join', version: 1, room: ROOM, id: 'bob' }));
    bob.send(JSON.stringify({ type: 'ask', peer: 'alice', ...TOLD }));
    alice.client.ask('bob', TOLD);
    await alice.next('paired');
    bob.pause();
    // 40 MB, more than the system has buffers for between the two.
    for (let n = 0; n < 400; n++) alice.client.signal('bob', '\u0001'.repeat(16 * 1024));
    expect(await alice.next('error')).toMatchObject({ code: 'peer-away', peer: 'bob' });
    bob.terminate();
  });

  it('is taken at / only', async () => {
    await using server = await startTestServer();
    const socket = new WebSocket(`${urlOf(server)}/metrics`);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toBe('Unexpected server response: 404');
  });
});

describe('the counts', () => {
  it('of peers, rooms, introductions and refusals are at /metrics', async () => {
    await using server = await startTestServer({ authToken: 'secret' });
    await using alice = await join(server, 'alice', { token: 'secret' });
    await using bob = await join(server, 'bob', { token: 'secret' });
    await closeAfter(urlOf(server), (socket) => socket.send(JOIN));
    alice.client.ask('bob', TOLD);
    bob.client.ask('alice', TOLD);
    await Promise.all([alice.bind(), bob.bind()]);
    await alice.next('introduction');
    expect(await metrics(server.httpPort)).toEqual(
      expect.arrayContaining([
        'natcheck_rendezvous_connections 2',
        'natcheck_rendezvous_peers 2',
        'natcheck_rendezvous_rooms 1',
        'natcheck_rendezvous_introductions_total 1',
        'natcheck_rendezvous_bindings_total 2',
        'natcheck_rendezvous_signals_total 0',
        'natcheck_rendezvous_refused_total{reason="unauthorized"} 1',
        'natcheck_rendezvous_refused_total{reason="id-in-use"} 0',
      ]),
    );
  });
});

describe('the end of the server', () => {
  it('is told to every peer, which is closed with 1001', async () => {
    const server = await startTestServer();
    await using alice = await join(server, 'alice');
    await server[Symbol.asyncDispose]();
    expect(await alice.next('closing')).toEqual({ type: 'closing' });
    expect(await alice.next('closed')).toEqual({ type: 'closed', code: 1001, reason: 'closing', canResume: false });
  });

  it('does not wait for a peer that never answers, nor for a connection that says nothing', async () => {
    const server = await startTestServer();
    const mute = connect(server.httpPort, '127.0.0.1');
    await once(mute, 'connect');
    const key = 'AAAAAAAAAAAAAAAAAAAAAA==';
    mute.write(
      `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    await once(mute, 'data');
    const idle = connect(server.httpPort, '127.0.0.1');
    await once(idle, 'connect');
    const closed = Promise.all([once(mute.resume(), 'close'), once(idle.resume(), 'close')]);
    mute.on('error', () => {});
    idle.on('error', () => {});
    const startedAt = performance.now();
    await server[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await closed;
  });
});
