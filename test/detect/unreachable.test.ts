/** Detections that reach no server: what tells why, and what does not. */
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.ts';
import { sameEndpoint } from '../../src/endpoint.ts';
import { openUdpSocket } from '../../src/net/udp-socket.ts';
import { encode } from '../../src/stun/encode.ts';
import { startFakeServer } from '../net/fake-server.ts';

interface TcpServer extends AsyncDisposable {
  readonly port: number;
  /** Where each connection came from. */
  readonly accepted: readonly string[];
}

/** Accepts connections on 127.0.0.1 and closes them. */
async function startTcpServer(): Promise<TcpServer> {
  const accepted: string[] = [];
  const server = createServer((socket) => {
    accepted.push(socket.remoteAddress ?? '');
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port');
  return {
    port: address.port,
    accepted,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe.concurrent('a stranger', () => {
  const request = encode({ class: 'request', method: 1, transactionId: new Uint8Array(12), attributes: [] });
  const response = encode({ class: 'success', method: 1, transactionId: new Uint8Array(12), attributes: [] });

  it.each<[string, Uint8Array, string]>([
    ['garbage', Uint8Array.of(1, 2, 3), 'malformed'],
    ['a request', request, 'not-a-response'],
    ['a response to nothing', response, 'wrong-transaction-id'],
  ])(
    'that sends %s to the sockets is recorded, and says nothing about the silent server',
    async (_what, bytes, cause) => {
      await using stranger = await openUdpSocket({ address: '127.0.0.1', port: 0 });
      await using silent = await startFakeServer({
        fault: ({ to }) => {
          stranger.send(bytes, to, () => {});
          return [];
        },
      });
      const report = await detect({ servers: [silent.name], timeoutMs: 300 });
      const heard = report.rejected.filter(({ from }) => sameEndpoint(from, stranger.local));
      expect(new Set(heard.map((rejection) => rejection.cause))).toEqual(new Set([cause]));
      expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'no-answer' });
    },
  );
});

describe.concurrent('without an answer over UDP', () => {
  it('a TCP port that accepts tells a block from a dead server', async () => {
    await using silent = await startFakeServer({ fault: () => [] });
    await using http = await startTcpServer();
    const report = await detect({ servers: [silent.name], httpPort: http.port });
    expect(report.verdict).toEqual({ type: 'udp-blocked', reason: null });
  });

  it('TCP is tried from the address that UDP was sent from, since another may have another way', async () => {
    await using silent = await startFakeServer({ fault: () => [] });
    await using http = await startTcpServer();
    const report = await detect({ servers: [silent.name], httpPort: http.port, local: '127.0.0.3' });
    expect(report.local?.address).toBe('127.0.0.3');
    expect(http.accepted).toEqual(['127.0.0.3']);
  });

  it('an interface from which the server cannot be reached has no route', async () => {
    // The system itself refuses to send from loopback to elsewhere: nothing leaves this host.
    const report = await detect({ servers: ['192.0.2.1'], local: '127.0.0.1' });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'no-route' });
  });
});
