/** A TCP or TLS connection to a TURN server that does not do its part: nothing hangs, nothing grows. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openTurnTransport } from '../../../src/net/turn/open-transport.ts';

/** Accepts, and reads nothing. */
async function startDeaf(): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const listener: Server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (listener.address() as { readonly port: number }).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

const at = (port: number, transport: 'tcp' | 'tls') => ({ server: { host: '127.0.0.1', port, transport } }) as const;

describe.concurrent('a server that reads nothing', () => {
  it('has messages refused once a mebibyte waits, and does not hold up the end', async () => {
    await using deaf = await startDeaf();
    const opened = await openTurnTransport(at(deaf.port, 'tcp'));
    if (opened.outcome !== 'open') throw new Error(opened.detail);
    const { transport } = opened;
    const refusals: string[] = [];
    let sends = 0;
    // The system's own buffers take some megabytes first.
    while (refusals.length === 0 && sends < 10_000) {
      transport.send(new Uint8Array(16_384), transport.server, (code) => refusals.push(code));
      if (sends++ % 64 === 0) await new Promise(setImmediate);
    }
    expect(refusals).toEqual(['ENOBUFS']);
    const startedAt = performance.now();
    await transport[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('and takes no part in a TLS handshake is given up after five seconds', async () => {
    await using deaf = await startDeaf();
    expect(await openTurnTransport(at(deaf.port, 'tls'))).toEqual({
      outcome: 'unreachable',
      detail: `127.0.0.1:${deaf.port} did not answer in time: check the address and the port, or whether a firewall drops what is sent [ETIMEDOUT]`,
    });
  });

  it('and takes no part in a TLS handshake is let go at once when aborted', async () => {
    await using deaf = await startDeaf();
    const signal = AbortSignal.timeout(100);
    await expect(openTurnTransport({ ...at(deaf.port, 'tls'), signal })).rejects.toThrow('timeout');
  });
});
