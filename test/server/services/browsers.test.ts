/** The page of a server whose STUN is in processes of their own, over real sockets on loopback. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLASSIC_NATS, PORT_RESTRICTED } from '../../../lab/profiles.ts';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { openLoopbackBrowser } from '../browser/loopback-browser.ts';
import { metric } from '../turn/relay-server.ts';

const START_TIMEOUT_MS = 60_000;

describe('the page of a server with two workers', () => {
  let server: NatcheckServer;
  beforeAll(async () => {
    server = await startServer({ ip: ['127.0.0.1', '127.0.0.2'], port: 0, altPort: 0, httpPort: 0, workers: 2 });
  }, START_TIMEOUT_MS);
  afterAll(() => server[Symbol.asyncDispose]());

  it('finds every NAT, whichever worker the checks come to', async () => {
    const verdicts = CLASSIC_NATS.map(async (nat) => (await (await openLoopbackBrowser(server, nat)).detect()).verdict);
    expect(await Promise.all(verdicts)).toEqual(CLASSIC_NATS.map(({ name }) => ({ type: name, reason: null })));
    expect(await metric(server, 'natcheck_browser_carried_total')).toBeGreaterThan(0);
    expect(await metric(server, 'natcheck_browser_refused_total{reason="too-many"}')).toBe(0);
  });

  it('finds it by workers that have replaced those which were told of the detection', async () => {
    const browser = await openLoopbackBrowser(server, PORT_RESTRICTED);
    const before = server.workers();
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await expect.poll(() => server.workers().filter((pid) => !before.includes(pid))).toHaveLength(2);
    expect((await browser.detect()).verdict).toEqual({ type: 'port-restricted', reason: null });
  });
});
