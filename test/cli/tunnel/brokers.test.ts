/** The commands of a tunnel without a natcheck server, as processes on loopback: through brokers, one of which is dead. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { createCode, formatCode } from '../../../src/tunnel/code/code.ts';
import { startTestBroker, type TestBroker } from '../../net/rendezvous/broker/mqtt-broker.ts';
import { HOST } from '../../net/rendezvous/peers.ts';
import { connectClient, echo, openTarget, readAll } from '../../tunnel/forward/targets.ts';
import { freePort } from '../free-port.ts';
import { natcheckHere } from '../here.ts';
import { natcheckStarted } from '../natcheck.ts';
import { hashOf, startPipe } from '../pipes.ts';

const TIMEOUT_MS = 60_000;
const CONNECTED = /^connected to the other side directly, encrypted end to end$/m;

let server: NatcheckServer;
let brokers: readonly [TestBroker, TestBroker];
beforeAll(async () => {
  server = await startServer({ ip: [HOST, '127.0.0.2'], port: 0, altPort: 0, httpPort: 0 });
  brokers = [await startTestBroker(), await startTestBroker()];
});
afterAll(async () => {
  for (const one of [server, ...brokers]) await one[Symbol.asyncDispose]();
});

const seenBy = (): string[] => ['--stun', `${HOST}:${server.addresses[0]?.port}`, '--no-port-mapping'];
const urls = (): readonly string[] => brokers.map(({ url }) => url);

async function newCode(): Promise<string> {
  const { stdout } = await natcheckHere(['code'], { NATCHECK_SERVER: '' });
  return stdout.trim();
}

describe('without a server', { timeout: TIMEOUT_MS }, () => {
  it('a pipe by a code of natcheck code carries 2 MB, though a broker is dead from the beginning', async () => {
    const code = await newCode();
    expect(code).not.toContain('@');
    const env = { NATCHECK_BROKER: `mqtt://127.0.0.1:${await freePort()} ${urls().join(' ')}` };
    await using alice = startPipe([code, ...seenBy()], env);
    await using bob = startPipe([code, ...seenBy()], env);
    const sent = randomBytes(2_000_000);
    alice.stdin.end(sent);
    bob.stdin.end();
    const received = await hashOf(bob);
    expect([(await alice.ended).code, (await bob.ended).code]).toEqual([0, 0]);
    expect(received).toBe(createHash('sha256').update(sent).digest('hex'));
    expect((await bob.ended).stderr).toContain('a broker is left out');
  });

  it('expose makes a code that names none, and forward meets it by the line that is printed', async () => {
    await using target = await openTarget(echo);
    const named = urls().flatMap((url) => ['--broker', url]);
    await using expose = natcheckStarted(['expose', `${target.port}`, ...named, ...seenBy()], { NATCHECK_SERVER: '' });
    await expose.said(/^ {2}natcheck forward .*$/m);
    const [, code = '', rest = ''] = /^ {2}natcheck forward (\S+) (.*)$/m.exec(expose.spoken()) ?? [];
    expect([code.includes('@'), rest]).toEqual([false, `${named.join(' ')} ${target.port}`]);
    const port = await freePort();
    await using forward = natcheckStarted(['forward', code, `${port}:${target.port}`, ...named, ...seenBy()]);
    await Promise.all([expose.said(CONNECTED), forward.said(CONNECTED)]);
    const client = await connectClient(port);
    client.end('through brokers');
    expect(String(await readAll(client))).toBe('through brokers');
    expect((await forward.end('SIGINT')).code).toBe(0);
    expect((await expose.end('SIGINT')).code).toBe(0);
  });

  it('all brokers being dead ends with 3, and with what is wrong with each', async () => {
    const dead = `mqtt://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await natcheckHere(['pipe', await newCode(), '--broker', dead, ...seenBy()]);
    expect([code, stderr]).toEqual([3, expect.stringContaining(dead.slice('mqtt://'.length))]);
  });

  it.each([
    ['pipe', []],
    ['forward', ['0:22']],
  ] as const)('with a server in its code that is down, %s ends with 3, and asks no broker', async (command, words) => {
    let asked = 0;
    const broker = createServer(() => asked++).listen(0, HOST);
    await once(broker, 'listening');
    const { port } = broker.address() as AddressInfo;
    const dead = `${HOST}:${await freePort()}`;
    const code = formatCode(createCode({ server: dead, once: false, randomBytes }));
    const where = ['--rendezvous', `ws://${dead}`, '--wait', '20', '--no-port-mapping'];
    const { code: exit, stderr } = await natcheckHere([command, code, ...words, ...where], {
      NATCHECK_BROKER: `mqtt://${HOST}:${port}`,
    });
    await new Promise((resolve) => broker.close(resolve));
    expect([exit, stderr]).toEqual([
      3,
      expect.stringMatching(/^the rendezvous server cannot be reached: nothing listens on TCP 127\.0\.0\.1:\d+/m),
    ]);
    expect(asked).toBe(0);
  });
});
