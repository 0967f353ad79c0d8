/** Health, metrics, and what is refused. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../../server/index.ts';

let server: NatcheckServer;
const url = (path: string): string => `http://127.0.0.1:${server.httpPort}${path}`;

beforeAll(async () => {
  server = await startServer({ ip: ['127.0.0.1', '127.0.0.2'], port: 0, altPort: 0, httpPort: 0 });
});
afterAll(() => server[Symbol.asyncDispose]());

describe('HTTP', () => {
  it('is on every address of the server', async () => {
    expect((await fetch(`http://127.0.0.2:${server.httpPort}/healthz`)).status).toBe(200);
  });

  it('says ok at /healthz', async () => {
    const response = await fetch(url('/healthz?probe=1'));
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('answers who offers to go on in HTTP/2', async () => {
    const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
    const [response] = (await once(get(url('/healthz'), { headers: offer }), 'response')) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([200, 'ok\n']);
  });

  it('answers HEAD without a body', async () => {
    const response = await fetch(url('/healthz'), { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('shows at /metrics every count from the start, and those of the process', async () => {
    const response = await fetch(url('/metrics'));
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await response.text()).split('\n');
    expect(lines).toContain('# TYPE natcheck_stun_received_total counter');
    expect(lines).toContain('natcheck_stun_received_total{transport="udp4",class="request",classic="true"} 0');
    expect(lines).toContain('natcheck_stun_replies_total{transport="udp6",class="error",redirected="false"} 0');
    expect(lines).toContain('natcheck_stun_unanswered_total{reason="rate-limited"} 0');
    expect(lines.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true);
  });

  it('gives the same numbers when asked again', async () => {
    const counts = async (): Promise<readonly string[]> =>
      (await (await fetch(url('/metrics'))).text()).split('\n').filter((line) => line.startsWith('natcheck_'));
    expect(await counts()).toEqual(await counts());
  });

  it.each(['/page', '/metrics/', '/nothing', '/__proto__', '/constructor', '//healthz'])(
    'knows nothing at %s',
    async (path) => {
      expect((await fetch(url(path))).status).toBe(404);
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('does not take %s', async (method) => {
    const response = await fetch(url('/metrics'), { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('ends the connection of whoever sends a body', async () => {
    const response = await fetch(url('/healthz'), { method: 'POST', body: 'x'.repeat(1_000) });
    expect([response.status, response.headers.get('connection')]).toEqual([405, 'close']);
  });

  it('does not read headers without end', async () => {
    const response = await fetch(url('/healthz'), { headers: { 'x-long': 'x'.repeat(9_000) } });
    expect(response.status).toBe(431);
  });
});
