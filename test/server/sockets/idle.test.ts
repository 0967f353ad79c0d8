/** TCP connections that do nothing, or next to nothing: they take no more than their source's share, and not for long. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { openHttpServer } from '../../../server/http/http.ts';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { createAdmission } from '../../../server/limit/tcp-admission.ts';
import { openStreamServer } from '../../../server/turn/stream-server.ts';
import { LOOPBACK_TLS } from '../tls/loopback.ts';

const HOST = '127.0.0.1';
/** Sources of their own: all of 127.0.0.0/8 is this host. */
const [IDLER, OTHER] = ['127.0.0.2', '127.0.0.3'];
const NEVER_MS = 600_000;
const SHORT_MS = 50;
/** Enough for a handshake on a busy machine. */
const HANDSHAKE_MS = 1_000;

/** Resolves when it is connected, which it is before the server has admitted it. */
async function open(port: number, localAddress: string = IDLER, host = HOST): Promise<Socket> {
  const socket = connect({ port, host, localAddress, noDelay: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Its end, be it with a reset. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.resume().once('close', () => resolve()));
}

async function shakeHands(port: number, localAddress: string): Promise<TLSSocket> {
  const socket = connectTls({ socket: await open(port, localAddress), host: HOST, ca: LOOPBACK_TLS.cert });
  await once(socket, 'secureConnect');
  return socket;
}

async function fetchMetrics(server: NatcheckServer): Promise<string> {
  const [response] = (await once(
    get({ host: HOST, port: server.httpPort, path: '/metrics', ca: LOOPBACK_TLS.cert }),
    'response',
  )) as [IncomingMessage];
  return text(response);
}

function gate(handshakeMs = NEVER_MS, connectionsPerSource = 3) {
  const admission = createAdmission({ connections: 100, connectionsPerSource });
  return { admission, now: () => performance.now(), handshakeMs };
}

const TIMELESS = { headersMs: NEVER_MS, requestMs: NEVER_MS, keepAliveMs: NEVER_MS };
const HTTP = { pages: { '/': () => ({ contentType: 'text/plain', body: 'here\n' }) } };
const AT = { address: HOST, port: 0 };

describe.each(['tcp', 'tls', 'http', 'https'] as const)('over %s', (kind) => {
  const tls = kind === 'tls' || kind === 'https' ? LOOPBACK_TLS : undefined;
  const openServer = (given: ReturnType<typeof gate>) =>
    kind === 'http' || kind === 'https'
      ? openHttpServer(AT, { ...HTTP, tls, ...given })
      : openStreamServer(AT, { tls, ...given });

  it('a source has so many that say nothing, and the next is closed at once, while another source gets in', async () => {
    const given = gate();
    await using server = await openServer(given);
    if ('onConnection' in server) server.onConnection((socket) => socket.resume());
    const idle = await Promise.all([open(server.port), open(server.port), open(server.port)]);
    await closeOf(await open(server.port));
    expect(idle.map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
    expect(given.admission.refused).toEqual({ full: 0, 'source-full': 1, 'source-busy': 0 });
    const other = tls ? await shakeHands(server.port, OTHER) : await open(server.port, OTHER);
    expect(given.admission.size()).toBe(4);
    for (const one of [...idle, other]) one.destroy();
  });

  it('what has ended makes room again', async () => {
    const given = gate(NEVER_MS, 1);
    await using server = await openServer(given);
    if ('onConnection' in server) server.onConnection((socket) => socket.on('data', () => socket.end()));
    for (let n = 0; n < 2; n++) {
      await vi.waitFor(() => expect(given.admission.size()).toBe(0));
      const socket = tls ? await shakeHands(server.port, OTHER) : await open(server.port, OTHER);
      socket.on('error', () => {});
      socket.resume().write('GET / HTTP/1.0\r\n\r\n');
      await closeOf(socket);
    }
    expect(given.admission.refused['source-full']).toBe(0);
  });
});

describe.each(['tls', 'https'] as const)('a handshake over %s', (kind) => {
  const openServer = (handshakeMs = SHORT_MS) =>
    kind === 'https'
      ? openHttpServer(AT, { ...HTTP, tls: LOOPBACK_TLS, ...gate(handshakeMs), patience: TIMELESS })
      : openStreamServer(AT, { tls: LOOPBACK_TLS, ...gate(handshakeMs) });

  it('that is not begun in time ends the connection', async () => {
    await using server = await openServer();
    await closeOf(await open(server.port));
  });

  it('that is never ended, byte by byte, does too', async () => {
    await using server = await openServer();
    const socket = await open(server.port);
    // The head of a ClientHello of 16 KB, and then one byte of it at a time.
    socket.write(Buffer.from([0x16, 0x03, 0x01, 0x40, 0x00, 0x01, 0x00, 0x3f, 0xfc]));
    const dripping = setInterval(() => socket.write(Buffer.from([0])), SHORT_MS / 10);
    await closeOf(socket);
    clearInterval(dripping);
  });

  it('that fails ends the connection', async () => {
    await using server = await openServer();
    const socket = await open(server.port);
    socket.write('no handshake at all\r\n\r\n');
    await closeOf(socket);
  });

  it('that is done leaves the connection open', async () => {
    await using server = await openServer(HANDSHAKE_MS);
    if ('onConnection' in server) server.onConnection((socket) => socket.resume());
    const socket = await shakeHands(server.port, OTHER);
    // One that came later is over its time.
    await closeOf(await open(server.port));
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});

describe('a connection over HTTP', () => {
  const openServer = (patience: object) =>
    openHttpServer(AT, { ...HTTP, ...gate(), patience: { checkMs: 10, ...patience } });

  it.each([
    ['that says nothing', '', { headersMs: SHORT_MS }],
    ['that never ends its headers', 'GET / HTTP/1.1\r\nHost: x\r\n', { headersMs: SHORT_MS }],
    ['that asks for nothing more', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', { keepAliveMs: SHORT_MS }],
  ])('%s is closed in time', async (_, request, patience) => {
    await using server = await openServer({ ...TIMELESS, ...patience });
    const socket = await open(server.port);
    socket.write(request);
    await closeOf(socket);
  });

  it('that drips its headers is closed all the same', async () => {
    await using server = await openServer({ ...TIMELESS, headersMs: SHORT_MS });
    const socket = await open(server.port);
    socket.write('GET / HTTP/1.1\r\nX: ');
    const dripping = setInterval(() => socket.write('x'), SHORT_MS / 10);
    await closeOf(socket);
    clearInterval(dripping);
  });

  it.each([
    [100, 100],
    [101, 0],
  ])('that asks for %i pages at once gets %i, and is closed', async (asked, answered) => {
    await using server = await openServer({ ...TIMELESS, keepAliveMs: SHORT_MS });
    const socket = await open(server.port);
    let told = '';
    socket.on('data', (bytes: Buffer) => {
      told += bytes;
    });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(asked));
    await closeOf(socket);
    expect(told.split('HTTP/1.1 200 OK').length - 1).toBe(answered);
  });
});

describe('a whole server', () => {
  it('has one count for its addresses, one for HTTP and one for TURN', async () => {
    const limits = { peersPerSource: 4 };
    const relay = { turnsPort: 0, open: true, limits: { connectionsPerAddress: 3, unallocatedMs: NEVER_MS } };
    const options = { port: 0, altPort: 0, httpPort: 0, tls: LOOPBACK_TLS, limits, relay };
    await using server = await startServer({ ip: [HOST, '127.0.0.9'], ...options });
    const [turn = 0, turns = 0] = [server.layouts[0]?.port, server.relay?.turnsPort ?? 0];
    const idle = [await open(turn), await open(turns), await open(turns, IDLER, '127.0.0.9')];
    for (const port of [turn, turns]) await closeOf(await open(port));
    for (let n = 0; n < 8; n++) idle.push(await open(server.httpPort));
    await closeOf(await open(server.httpPort));
    for (const port of [turns, server.httpPort]) idle.push(await shakeHands(port, OTHER));
    const page = await fetchMetrics(server);
    expect(page).toContain('natcheck_tcp_connections{service="turn"} 4');
    expect(page).toContain('natcheck_tcp_refused_total{service="turn",reason="source-full"} 2');
    expect(page).toContain('natcheck_tcp_refused_total{service="http",reason="source-full"} 1');
    for (const one of idle) one.destroy();
  });

  it('closes what asks to upgrade at another path, also when the other side keeps its half open', async () => {
    await using server = await startServer({ ip: [HOST], port: 0, altPort: 0, httpPort: 0 });
    const socket = connect({ port: server.httpPort, host: HOST, allowHalfOpen: true });
    socket.write('GET /elsewhere HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    await once(socket.resume(), 'end');
    // What is written now is answered with a reset, as there is nobody any more.
    const dripping = setInterval(() => socket.write('x'), SHORT_MS / 10);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    clearInterval(dripping);
    expect(['EPIPE', 'ECONNRESET']).toContain(error.code);
  });
});
