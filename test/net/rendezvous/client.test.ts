/** How an attempt to join ends when it does not: a value for what the network does, an exception for misuse. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { UsageError } from '../../../src/errors.ts';
import type { RendezvousEvent } from '../../../src/net/rendezvous/client.ts';
import { joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { HOST, join, startTestServer, urlOf } from './peers.ts';

const WHO = { room: 'r', id: 'me' };

/** A server that answers a request to upgrade with that status. */
async function answering(status: number, fields = '') {
  const server = createServer();
  server.on('upgrade', (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n${fields}\r\n`));
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `ws://${HOST}:${port}`, [Symbol.asyncDispose]: async () => void server.close() };
}

describe('joining', () => {
  it('is refused with the code that the server gives', async () => {
    await using server = await startTestServer({ authToken: 'secret' });
    const result = await joinRendezvous({ url: urlOf(server), ...WHO, token: 'guess' });
    expect(result).toEqual({ outcome: 'refused', code: 'unauthorized', message: expect.stringContaining('token') });
  });

  it('where HTTP says 503 finds a server that is closing', async () => {
    await using server = await answering(503);
    expect(await joinRendezvous({ url: server.url, ...WHO })).toEqual({ outcome: 'closing' });
  });

  it.each([
    [404, 'wrong'],
    [502, 'broken-off'],
  ])('where HTTP says %i ends with the sign %s', async (status, sign) => {
    await using server = await answering(status);
    const reason = expect.stringMatching(new RegExp(`\\[HTTP ${status}\\]$`));
    expect(await joinRendezvous({ url: server.url, ...WHO })).toEqual({ outcome: 'unreachable', reason, sign });
  });

  it.each([
    ['a reset before the upgrade', (socket: Socket) => void socket.resetAndDestroy()],
    ['a close before the upgrade', (socket: Socket) => void socket.end()],
  ])('that ends with %s is broken off', async (_how, end) => {
    const server = createTcpServer((socket) => socket.on('error', () => {}).once('data', () => end(socket)));
    server.listen(0, HOST);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await joinRendezvous({ url: `ws://${HOST}:${port}`, ...WHO })).toEqual({
      outcome: 'unreachable',
      reason: expect.stringMatching(/\[ECONNRESET\]$/),
      sign: 'broken-off',
    });
    server.close();
  });

  it('where HTTP sends elsewhere does not go there', async () => {
    const elsewhere = createServer((_request, response) => response.end());
    let connections = 0;
    elsewhere.on('connection', () => connections++);
    elsewhere.listen(0, HOST);
    await once(elsewhere, 'listening');
    const { port } = elsewhere.address() as AddressInfo;
    await using server = await answering(302, `Location: ws://${HOST}:${port}/\r\n`);
    expect(await joinRendezvous({ url: server.url, ...WHO })).toEqual({
      outcome: 'unreachable',
      reason: expect.stringMatching(/\[HTTP 302\]$/),
      sign: 'wrong',
    });
    expect(connections).toBe(0);
    elsewhere.close();
  });

  it('where another protocol is spoken, and then nothing, ends with the connection', async () => {
    const other = new WebSocketServer({ port: 0, host: HOST });
    await once(other, 'listening');
    other.on('connection', (socket) => {
      socket.send('hello');
      socket.close(4000);
    });
    const { port } = other.address() as AddressInfo;
    expect(await joinRendezvous({ url: `ws://${HOST}:${port}`, ...WHO })).toEqual({
      outcome: 'unreachable',
      reason: expect.stringMatching(/\[WebSocket 4000\]$/),
      sign: 'wrong',
    });
    other.close();
  });

  it('where a message comes in 129 fragments ends the connection, and in 128 does not', async () => {
    const server = new WebSocketServer({ port: 0, host: HOST });
    await once(server, 'listening');
    server.on('connection', (socket, { url = '' }) => {
      for (let left = Number(url.slice(1)); left > 0; left--) socket.send('x', { fin: left === 1 });
      if (url === '/128') socket.close(4000);
    });
    const url = `ws://${HOST}:${(server.address() as AddressInfo).port}`;
    const joined = (fragments: number) => joinRendezvous({ url: `${url}/${fragments}`, ...WHO });
    const reasonOf = (code: number) => expect.stringMatching(new RegExp(`\\[WebSocket ${code}\\]$`));
    expect(await joined(128)).toEqual({ outcome: 'unreachable', reason: reasonOf(4000), sign: 'wrong' });
    expect(await joined(129)).toEqual({ outcome: 'unreachable', reason: reasonOf(1006), sign: 'broken-off' });
    server.close();
  });

  it('rejects with the reason of its signal, before and while it waits', async () => {
    const mute = new WebSocketServer({ port: 0, host: HOST });
    await once(mute, 'listening');
    const url = `ws://${HOST}:${(mute.address() as AddressInfo).port}`;
    const reason = new Error('enough');
    await expect(joinRendezvous({ url, ...WHO, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const abort = new AbortController();
    mute.on('connection', (socket) => socket.once('message', () => abort.abort(reason)));
    await expect(joinRendezvous({ url, ...WHO, signal: abort.signal })).rejects.toBe(reason);
    mute.close();
  });

  it.each(['http://host', 'host:3480', '', 'ws://', 'ws://host/#x'])('at %j is misuse', async (url) => {
    await expect(joinRendezvous({ url, ...WHO })).rejects.toThrow(UsageError);
  });
});

describe('events', () => {
  it('that came before there was a receiver are given to it in order', async () => {
    await using server = await startTestServer();
    const result = await joinRendezvous({ url: urlOf(server), ...WHO, room: 'test' });
    if (result.outcome !== 'joined') throw new Error(result.outcome);
    await using client = result.client;
    const bob = await join(server, 'bob');
    await bob[Symbol.asyncDispose]();
    await using carol = await join(server, 'carol');
    const events: RendezvousEvent[] = [];
    const third = new Promise<void>((resolve) =>
      client.onEvent((event) => {
        events.push(event);
        if (events.length === 3) resolve();
      }),
    );
    await third;
    expect(carol.client.joined.peers).toEqual(['me']);
    expect(events).toEqual([
      { type: 'peer-joined', peer: 'bob' },
      { type: 'peer-left', peer: 'bob', reason: 'left' },
      { type: 'peer-joined', peer: 'carol' },
    ]);
  });
});
