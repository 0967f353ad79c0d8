/** `natcheck expose` and `natcheck forward` as processes on loopback. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { createCode, formatCode } from '../../../src/tunnel/code/code.ts';
import { connectClient, echo, failureOf, openTarget, openUdp, readAll, until } from '../../tunnel/forward/targets.ts';
import { freePort } from '../free-port.ts';
import { natcheckHere } from '../here.ts';
import { natcheckStarted, type Started } from '../natcheck.ts';

const SCHEMA = JSON.parse(
  await readFile(new URL('../../../docs/schema/natcheck.tunnel-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ allErrors: true }).compile(SCHEMA);

let server: NatcheckServer;
let state: string;
beforeAll(async () => {
  server = await startServer({ ip: ['127.0.0.1'], port: 0, altPort: 0, httpPort: 0 });
  state = await mkdtemp(join(tmpdir(), 'natcheck-state-'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(state, { recursive: true });
});

/** The options that lead to the server. */
function at(): readonly string[] {
  return ['--rendezvous', `ws://127.0.0.1:${server.httpPort}`, '--no-port-mapping'];
}

function newCode({ once: isOnce = false } = {}): string {
  const [udp] = server.addresses;
  return formatCode(createCode({ server: `127.0.0.1:${udp?.port}`, once: isOnce, randomBytes }));
}

function exposeStarted(code: string, words: readonly string[]): Started {
  return natcheckStarted(['expose', ...words, ...at()], { NATCHECK_CODE: code, XDG_STATE_HOME: state });
}

function forwardStarted(code: string, words: readonly string[]): Started {
  return natcheckStarted(['forward', code, ...words, ...at()], { XDG_STATE_HOME: state });
}

async function answerFrom(port: number, question: string): Promise<string> {
  const client = await connectClient(port);
  client.end(question);
  return String(await readAll(client));
}

/** The events that a command has written to stderr, each of which keeps to the schema. */
function eventsIn(stderr: string) {
  const events = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const event of events) expect(validate(event), JSON.stringify([event, validate.errors])).toBe(true);
  return events;
}

const CONNECTED = /^connected to the other side directly, encrypted end to end$/m;

describe('natcheck expose and natcheck forward', () => {
  it('carry connections and datagrams, and end in order with Ctrl-C', async () => {
    await using target = await openTarget(echo);
    await using udp = await openUdp({ isEcho: true });
    const [tcpPort, udpPort] = [await freePort(), await freePort()];
    const code = newCode();
    await using expose = exposeStarted(code, [String(target.port), `${udp.port}/udp`, '--verbose']);
    await using forward = forwardStarted(code, [`${tcpPort}:${target.port}`, `${udpPort}:${udp.port}/udp`]);
    await forward.said(CONNECTED);
    expect(await answerFrom(tcpPort, 'hello')).toBe('hello');
    await using client = await openUdp();
    client.send('datagram', udpPort);
    await until(() => client.received.length === 1);
    await expose.said(new RegExp(`^#\\d+ to ${target.port}: ended, 5 bytes there, 5 back$`, 'm'));
    const forwarded = await forward.end('SIGINT');
    expect([forwarded.code, forwarded.stdout]).toEqual([
      0,
      `listening on 127.0.0.1:${tcpPort} for ${target.port}\nlistening on 127.0.0.1:${udpPort}/udp for ${udp.port}/udp\n`,
    ]);
    expect(forwarded.stderr).not.toContain('#');
    await expose.said(/^the connection to the other side has ended/m);
    const exposed = await expose.end('SIGINT');
    expect([exposed.code, exposed.stdout]).toEqual([0, `exposing ${target.port}, ${udp.port}/udp\n`]);
    expect(exposed.stderr).not.toContain(code);
  });

  it('meet by a code that expose has made, with the line that it prints', async () => {
    await using target = await openTarget(echo);
    const [udp] = server.addresses;
    await using expose = natcheckStarted([
      'expose',
      String(target.port),
      '--server',
      `127.0.0.1:${udp?.port}`,
      ...at(),
    ]);
    await expose.said(/^ {2}natcheck forward .*$/m);
    const { stderr } = await expose.end('SIGTERM');
    const [, words = ''] = /^ {2}natcheck (forward .*)$/m.exec(stderr) ?? [];
    const [command, code = '', ...rest] = words.split(' ');
    expect([command, ...rest]).toEqual(['forward', ...at().slice(0, 2), String(target.port)]);
    const port = await freePort();
    await using again = exposeStarted(code, [String(target.port)]);
    await using forward = forwardStarted(code, [`${port}:${target.port}`]);
    await Promise.all([again.said(CONNECTED), forward.said(CONNECTED)]);
    expect(await answerFrom(port, 'by its own line')).toBe('by its own line');
  });

  it('say once what is not exposed, reset its clients, and go on', async () => {
    await using target = await openTarget(echo);
    const [port, other] = [await freePort(), await freePort()];
    const code = newCode();
    await using expose = exposeStarted(code, [String(target.port)]);
    await using forward = forwardStarted(code, [`${other}:1`, `${port}:${target.port}`]);
    await forward.said(CONNECTED);
    for (const _ of [1, 2]) expect(await failureOf(await connectClient(other))).toBe('ECONNRESET');
    expect(await answerFrom(port, 'still here')).toBe('still here');
    const [forwarded, exposed] = [await forward.end('SIGINT'), await expose.end('SIGINT')];
    expect(forwarded.stderr.match(/^1: it is not exposed there$/gm)).toHaveLength(1);
    expect(exposed.stderr.match(/^tcp 1: it is not exposed there$/gm)).toHaveLength(1);
  });

  it('tell events as JSON lines of the schema', async () => {
    await using target = await openTarget(echo);
    await using udp = await openUdp({ isEcho: true });
    const [port, other, udpPort] = [await freePort(), await freePort(), await freePort()];
    const code = newCode();
    await using expose = exposeStarted(code, [String(target.port), `${udp.port}/udp`, '--json']);
    const listens = [`${port}:${target.port}`, `${other}:1`, `${udpPort}:${udp.port}/udp`];
    await using forward = forwardStarted(code, [...listens, '--json']);
    await forward.said(/"event":"connected"/);
    await answerFrom(port, 'x');
    await failureOf(await connectClient(other));
    await using client = await openUdp();
    client.send('x'.repeat(20_000), udpPort);
    await Promise.all([forward.said(/"event":"stream-closed"/), forward.said(/"event":"datagram-too-large"/)]);
    const events = eventsIn((await forward.end('SIGINT')).stderr);
    const exposed = eventsIn((await expose.end('SIGINT')).stderr);
    const kinds = (of: typeof events) => new Set(of.map(({ event }) => event));
    for (const kind of ['stream-opened', 'stream-closed', 'stream-refused']) {
      for (const side of [events, exposed]) expect(kinds(side)).toContain(kind);
    }
    expect(exposed[0]).toMatchObject({ event: 'exposing', targets: [`${target.port}`, `${udp.port}/udp`] });
    expect(events[0]).toMatchObject({
      ...{
        event: 'listening',
        forwards: expect.arrayContaining([{ listen: `127.0.0.1:${port}`, target: String(target.port) }]),
      },
    });
    expect(events.find(({ event }) => event === 'stream-closed')).toMatchObject({
      ...{ target: String(target.port), how: 'ended', traffic: { bytesToTarget: 1, bytesFromTarget: 1, tooLarge: 0 } },
    });
    expect(events.at(-1)).toMatchObject({ event: 'end', reason: 'own-end', exitCode: 0 });
  });

  it('find each other again when the exposing side is killed and comes back', async () => {
    await using target = await openTarget(echo);
    const port = await freePort();
    const code = newCode();
    const first = exposeStarted(code, [String(target.port)]);
    await using forward = forwardStarted(code, [`${port}:${target.port}`]);
    await forward.said(CONNECTED);
    const client = await connectClient(port);
    client.write('x');
    await once(client, 'data');
    const failure = failureOf(client);
    await first[Symbol.asyncDispose]();
    await using second = exposeStarted(code, [String(target.port)]);
    expect(await failure).toBe('ECONNRESET');
    await second.said(CONNECTED);
    expect(await answerFrom(port, 'back')).toBe('back');
  });

  it('with a code for one connection end after it, and refuse the code from then on', async () => {
    await using target = await openTarget(echo);
    const port = await freePort();
    const code = newCode({ once: true });
    await using expose = exposeStarted(code, [String(target.port)]);
    await using forward = forwardStarted(code, [`${port}:${target.port}`]);
    await forward.said(CONNECTED);
    expect(await answerFrom(port, 'once')).toBe('once');
    await forward.end('SIGINT');
    expect((await expose.ended).code).toBe(0);
    const again = await natcheckHere(['forward', code, `${port}:22`, ...at()], { XDG_STATE_HOME: state });
    expect([again.code, again.stderr]).toEqual([
      2,
      'natcheck: this code was good for one connection, which it has had: natcheck code --once makes another\n',
    ]);
  });
});

describe('wrong use', () => {
  it('a port in use is named, with 2, and nothing is sent', async () => {
    await using taken = await openTarget();
    let sent = 0;
    const listener = createServer(() => sent++).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const words = ['forward', newCode(), `${taken.port}:22`, '--rendezvous', `ws://127.0.0.1:${port}`];
    const { code, stdout, stderr } = await natcheckHere(words);
    await new Promise((resolve) => listener.close(resolve));
    expect([code, stdout, stderr]).toEqual([
      ...[
        2,
        '',
        `natcheck: TCP 127.0.0.1:${taken.port} is already in use: end the process that has it (ss -ltnp shows it), or choose another port [EADDRINUSE]\n`,
      ],
    ]);
    expect(sent).toBe(0);
  });

  it.each([
    [['expose', 'nonsense'], "'nonsense' has no port: write HOST:PORT"],
    [
      ['expose', '22', formatCode(createCode({ server: null, once: false, randomBytes }))],
      'a code is no target: natcheck expose takes it from NATCHECK_CODE or --code-fd',
    ],
    [['forward', '2222:22'], 'the code is missing: natcheck expose prints it, as in: natcheck forward CODE 2222:22'],
    [['forward', 'CODE'], 'name where to listen, as in: natcheck forward CODE 2222:22'],
    [
      ['forward', '0:22', '--peer', 'bob', '--id', 'bob', '--server', 'x'],
      'you and the peer both have the id bob: each side needs its own',
    ],
    [['expose', '22', '--id', 'bob', '--server', 'x'], 'without a code, --peer names the peer'],
  ])('%j is refused in one line', async (words, sentence) => {
    const { code, stdout, stderr } = await natcheckHere(words, { NATCHECK_SERVER: '' });
    expect([code, stdout, stderr]).toEqual([2, '', `natcheck: ${sentence}\n`]);
  });

  it('a mistyped code is told as one', async () => {
    const code = newCode().replace(/^(.)(.)/, (_, a, b) => `${a}${b === 'a' ? 'b' : 'a'}`);
    const { code: exitCode, stderr } = await natcheckHere(['forward', code, '0:22']);
    expect([exitCode, stderr.split('\n').length]).toEqual([2, 2]);
  });

  it('a server that is not there ends both with 3', async () => {
    const port = await freePort();
    const where = ['--server', `127.0.0.1:${port}`, '--rendezvous', `ws://127.0.0.1:${port}`];
    const code = formatCode(createCode({ server: null, once: false, randomBytes }));
    const ended = await Promise.all([
      natcheckHere(['expose', '22', ...where]),
      natcheckHere(['forward', code, '0:22', '--wait', '5', ...where]),
    ]);
    expect(ended.map((one) => one.code)).toEqual([3, 3]);
  });
});

it('a forward of nobody ends with 6 when its time is over', async () => {
  const { code, stderr } = await natcheckHere(['forward', newCode(), '0:22', '--wait', '1', ...at()]);
  expect([code, stderr]).toEqual([6, expect.stringContaining('the peer did not come')]);
});
