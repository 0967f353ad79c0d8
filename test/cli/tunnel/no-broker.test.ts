/** What commands say of brokers that are none: the others go on without them, and where all are none, each is told. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { createOwner } from '../../../src/net/owner.ts';
import { createCode, formatCode } from '../../../src/tunnel/code/code.ts';
import { startTestBroker } from '../../net/rendezvous/broker/mqtt-broker.ts';
import { HOST } from '../../net/rendezvous/peers.ts';
import { startPipe, textOf } from '../pipes.ts';

const owner = createOwner();
let server: NatcheckServer;
/** What is no broker, as URLs: a web server, what talks without end, what hangs up, and what is silent. */
let none: Readonly<Record<'web' | 'noise' | 'closing' | 'silent', string>>;
beforeAll(async () => {
  server = owner.use(await startServer({ ip: [HOST], port: 0, altPort: 0, httpPort: 0 }));
  none = {
    web: await listening(createHttpServer()),
    noise: await listening(createServer(talk)),
    closing: await listening(createServer((socket) => void socket.end())),
    silent: await listening(createServer(() => {})),
  };
});
afterAll(() => owner[Symbol.asyncDispose]());

async function listening(nobody: Server): Promise<string> {
  const sockets = new Set<Socket>();
  nobody.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
  });
  nobody.listen(0, HOST);
  await once(nobody, 'listening');
  owner.defer(async () => {
    for (const socket of sockets) socket.destroy();
    nobody.close();
  });
  return `mqtt://${HOST}:${(nobody.address() as AddressInfo).port}`;
}

function talk(socket: Socket): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(randomBytes(1_000)));
  };
  socket.on('drain', more);
  more();
}

const newCode = (): string => formatCode(createCode({ server: null, once: false, randomBytes }));
const through = (urls: readonly string[]): readonly string[] => [
  ...urls.flatMap((url) => ['--broker', url]),
  ...['--stun', `${HOST}:${server.addresses[0]?.port}`, '--no-port-mapping'],
];

it('two pipes meet through the one broker of four that is one', { timeout: 120_000 }, async () => {
  const broker = owner.use(await startTestBroker());
  const words = [newCode(), ...through([none.web, none.closing, none.silent, broker.url])];
  await using alice = startPipe(words);
  await using bob = startPipe(words);
  alice.stdin.end('through one of four');
  bob.stdin.end();
  expect(await textOf(bob)).toBe('through one of four');
  const { code, stderr } = await alice.ended;
  expect([code, (await bob.ended).code]).toEqual([0, 0]);
  expect(stderr).toContain(`a broker is left out: ${none.web} does not speak MQTT: is it a broker?\n`);
});

it('a pipe whose brokers are all none says so of each, and ends with 3', { timeout: 120_000 }, async () => {
  await using alice = startPipe([newCode(), ...through(Object.values(none))]);
  const { code, stderr } = await alice.ended;
  expect(code).toBe(3);
  const [last = ''] = stderr.split('\n').filter((line) => line.startsWith('the rendezvous server cannot be reached: '));
  const closing = none.closing.slice('mqtt://'.length);
  for (const reason of [
    `${none.web} does not speak MQTT: is it a broker\\?`,
    `${none.noise} (does not speak MQTT: is it a broker\\?|sends more than any introduction needs)`,
    `(mqtt://)?${closing} ended the connection.*`,
    `${none.silent} did not answer in time`,
  ])
    expect(last).toMatch(new RegExp(`(: |; )${reason}(;|$)`));
});
