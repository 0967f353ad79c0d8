/** A server of which only the host is known: asked for TLS first, and spoken to plainly only when it speaks none. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Resolver } from '../../../src/net/lookup/resolver.ts';
import { type JoinOptions, joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { LOOPBACK_TLS } from '../../server/tls/loopback.ts';
import { HOST, startTestServer } from './peers.ts';

const { cert: ca } = LOOPBACK_TLS;
const WHO = { room: 'r', id: 'me' };

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** A TCP server on loopback that does that with a connection that has said something. */
async function startTcp(answer: (socket: Socket, bytes: Buffer) => void) {
  const said: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      said.push(bytes[0] === 0x16 ? 'ClientHello' : (bytes.toString().split('\r\n')[0] ?? ''));
      answer(socket, bytes);
    });
  }).listen(0, HOST);
  open.push(server);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, said };
}

/** How joining there ended, and the URLs that a WebSocket was opened at. */
async function joined(port: number, options: Partial<JoinOptions> = {}) {
  const urls: string[] = [];
  const onOpen = (url: string): void => void urls.push(url);
  const result = await joinRendezvous({ url: { host: HOST, port }, ...WHO, onOpen, ...options });
  if (result.outcome === 'joined') {
    expect(result.client.address).toBe(HOST);
    await result.client[Symbol.asyncDispose]();
  }
  return { result, urls };
}

describe('a server that is known by its host alone', () => {
  it('is joined over TLS where it has a certificate that is trusted', async () => {
    await using server = await startTestServer({ tls: LOOPBACK_TLS });
    const { result, urls } = await joined(server.httpPort, { ca });
    expect(result.outcome).toBe('joined');
    expect(urls).toEqual([`wss://${HOST}:${server.httpPort}`]);
  });

  it('is joined without where it speaks none', async () => {
    await using server = await startTestServer();
    const { result, urls } = await joined(server.httpPort);
    expect(result.outcome).toBe('joined');
    expect(urls).toEqual([`ws://${HOST}:${server.httpPort}`]);
  });

  it('is not spoken to plainly when its certificate is not trusted, and is told what helps', async () => {
    await using server = await startTestServer({ tls: LOOPBACK_TLS });
    const port = server.httpPort;
    const { result, urls } = await joined(port);
    expect(result).toEqual({
      outcome: 'unreachable',
      reason: expect.stringMatching(/\[DEPTH_ZERO_SELF_SIGNED_CERT\]$/),
      sign: 'wrong',
    });
    expect(urls).toEqual([]);
  });

  it.each([
    ['with an alert', '15030100020228', 'wrong'],
    ['and is cut off in the middle', '1603010200', 'broken-off'],
  ])('is not spoken to plainly when it answers as TLS does, %s', async (_how, hex, sign) => {
    const tcp = await startTcp((socket) => socket.end(Buffer.from(hex, 'hex')));
    const { result } = await joined(tcp.port);
    expect(result).toEqual({
      outcome: 'unreachable',
      reason: expect.stringMatching(
        new RegExp(`${HOST}:${tcp.port} .*, or try --rendezvous ws://${HOST}:${tcp.port} if it speaks no TLS \\[`),
      ),
      sign,
    });
    expect(tcp.said).toEqual(['ClientHello']);
  });

  it.each([
    ['closes', (socket: Socket) => void socket.end()],
    ['resets', (socket: Socket) => void socket.resetAndDestroy()],
    ['answers in words', (socket: Socket) => void socket.end('HTTP/1.0 400 Bad Request\r\n\r\n')],
  ])('is asked plainly, on a connection that is there already, when it %s', async (_how, refuse) => {
    let connections = 0;
    const tcp = await startTcp((socket, bytes) => {
      if (bytes[0] === 0x16) return refuse(socket);
      return void socket.end('HTTP/1.1 503 Closing\r\nContent-Length: 0\r\n\r\n');
    });
    open.at(-1)?.on('connection', () => connections++);
    const { result } = await joined(tcp.port);
    expect(result).toEqual({ outcome: 'closing' });
    expect(tcp.said).toEqual(['ClientHello', 'GET / HTTP/1.1']);
    expect(connections).toBe(2);
  });

  it('is left at once when the signal aborts, with both connections', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    const closed: Promise<unknown>[] = [];
    const tcp = await startTcp(() => abort.abort(reason));
    open.at(-1)?.on('connection', (socket) => void closed.push(once(socket, 'close')));
    await expect(joined(tcp.port, { signal: abort.signal })).rejects.toBe(reason);
    await Promise.all(closed);
    expect(closed.length).toBeGreaterThan(0);
    expect(tcp.said).toEqual(['ClientHello']);
  });

  it('has its name looked up once, and what it leads to is connected to', async () => {
    await using server = await startTestServer();
    const asked: string[] = [];
    const resolver: Resolver = {
      addresses: async (host) => {
        asked.push(host);
        return [{ address: HOST, family: 'IPv4' }];
      },
      services: async () => [],
    };
    const url = { host: 'natcheck.example', port: server.httpPort };
    const { result, urls } = await joined(0, { url, resolver });
    expect([result.outcome, urls]).toEqual(['joined', [`ws://natcheck.example:${server.httpPort}`]]);
    expect(asked).toEqual(['natcheck.example']);
  });
});
