/** What a terminal, a pipe and a reader of JSON get to see of the words of a server that means no good. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { natcheckHere } from './here.ts';
import { natcheck, natcheckStarted } from './natcheck.ts';
import { NO_TERMINAL, onTerminal } from './terminal/terminal.ts';

const HOST = '127.0.0.1';
/** Sets a title, paints a word, starts a line of its own, turns the rest around, clears the screen. */
const HOSTILE =
  '\u001b]0;owned\u0007\u001b[32mdirect\u001b[39m\r\nnatcheck: all is well\u202e\u2066\u009b2J\u200b\ud800';
const SPELLED =
  '\\u001b]0;owned\\u0007\\u001b[32mdirect\\u001b[39m\\u000d\\u000anatcheck: all is well\\u202e\\u2066\\u009b2J\\u200b\\ud800';

interface HostileServer extends AsyncDisposable {
  /** The words of a punch that goes there. */
  readonly words: readonly string[];
}

/** A rendezvous that answers a join as it is told. */
async function startHostileServer(answer: (socket: WebSocket, join: Joining) => void): Promise<HostileServer> {
  const http = createServer().listen(0, HOST);
  await once(http, 'listening');
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    socket.once('message', (data) => answer(socket, JSON.parse(String(data))));
  });
  const { port } = http.address() as { readonly port: number };
  const where = ['--server', `${HOST}:${port}`, '--rendezvous', `ws://${HOST}:${port}`];
  return {
    words: ['punch', '--id', 'alice', '--peer', 'bob', '--wait', '2', ...where],
    [Symbol.asyncDispose]: async () => {
      for (const client of sockets.clients) client.terminate();
      http.close();
      await once(http, 'close');
    },
  };
}

interface Joining {
  readonly id: string;
  readonly room: string;
}

const refuse = (socket: WebSocket): void =>
  socket.send(JSON.stringify({ type: 'error', code: 'room-full', message: HOSTILE }));

const secret = 's'.repeat(16);
const joined = ({ id, room }: Joining, turnUrl: string) => ({
  ...{ type: 'joined', id, room, peers: [], resumed: false, resumeKey: secret },
  ticket: { username: secret, password: secret, expiresInMs: 60_000 },
  stun: { port: 9, altPort: 9 },
  turn: [{ urls: [turnUrl], username: 'a', password: 'b', expiresInMs: 60_000 }],
});

it('a refusal is one line, with everything in it spelled out', async () => {
  await using server = await startHostileServer(refuse);
  const { code, stdout, stderr } = await natcheck(server.words);
  expect([code, stderr]).toEqual([2, '']);
  expect(stdout).toBe(
    `no path from alice to bob: rendezvous-refused: the rendezvous server refused this peer\nroom-full: ${SPELLED}\n`,
  );
});

it('the same is so on a terminal, where colours are our own only', { skip: NO_TERMINAL !== null }, async () => {
  await using server = await startHostileServer(refuse);
  await using program = await onTerminal(server.words, { columns: 400 });
  expect(await program.ended).toEqual({ code: 2, signal: null });
  expect(program.shown()).toContain(`\r\nroom-full: ${SPELLED}\r\n`);
});

it('in JSON it is the same text, without a character that a terminal would obey', async () => {
  await using server = await startHostileServer(refuse);
  const { code, stdout } = await natcheckHere([...server.words, '--json']);
  expect(code).toBe(2);
  expect(stdout).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+\n$/u);
  expect(JSON.parse(stdout)).toMatchObject({ reason: 'rendezvous-refused', detail: `room-full: ${HOSTILE}` });
});

it('notices of a server that goes away are spelled out', async () => {
  const reason = '\u001b[2J\r\u202eaway';
  await using server = await startHostileServer((socket, join) => {
    socket.send(JSON.stringify(joined(join, 'turn:127.0.0.1:9')));
    socket.close(1000, reason);
  });
  await using program = natcheckStarted(server.words);
  await program.said(/lost the rendezvous \(\\u001b\[2J\\u000d\\u202eaway\): reconnecting\n/);
});

it('a server that tells of a TURN server by such an address brings no such character to the screen', async () => {
  await using server = await startHostileServer((socket, join) => {
    socket.send(JSON.stringify(joined(join, `turn:127.0.0.1:9${HOSTILE}`)));
  });
  const { stdout, stderr } = await natcheckHere([...server.words, '--relay-only']);
  expect(stdout + stderr).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*(\n[^\p{C}\p{Zl}\p{Zp}]*)*$/u);
});

it('what answers with no HTTP at all brings no such character to the screen', async () => {
  const http = createServer().listen(0, HOST);
  await once(http, 'listening');
  http.on('upgrade', (_request, socket) => void socket.end(`HTTP/1.1 400 ${HOSTILE}\r\n${HOSTILE}: x\r\n\r\n`));
  const { port } = http.address() as { readonly port: number };
  const where = ['--server', `${HOST}:${port}`, '--rendezvous', `ws://${HOST}:${port}`];
  const { code, stdout } = await natcheckHere(['punch', '--id', 'alice', '--peer', 'bob', ...where]);
  http.close();
  expect(code).toBe(3);
  expect(stdout).toMatch(/^no path from alice to bob: rendezvous-unreachable: [^\p{C}]+\n[^\p{C}]+\n$/u);
});

it.each([
  ['a server', ['--server', 'a\u001b[31m'], "'a\\u001b[31m' is not a server: write HOST, HOST:PORT or [IPv6]:PORT"],
  ['an address', ['--local', '\u202e1.2.3.4'], "'\\u202e1.2.3.4' is not an IP address"],
  ['an option', ['--a\u009b'], 'Unknown argument: a\\u009b; see natcheck --help'],
])('wrong use is one line, whatever is in %s', async (_what, words, line) => {
  expect(await natcheckHere(['detect', ...words])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: `natcheck: ${line}\n`,
  });
});

it('what the environment says is spelled out too', async () => {
  const { stderr } = await natcheckHere(['detect'], { NATCHECK_SERVER: 'a\u001b]0;b\u0007\n' });
  expect(stderr).toBe("natcheck: 'a\\u001b]0;b\\u0007\\u000a' is not a server: write HOST, HOST:PORT or [IPv6]:PORT\n");
});

it('the trace of a bug is spelled out', async () => {
  const broken = `import dgram from 'node:dgram'; import { syncBuiltinESMExports } from 'node:module';
    dgram.createSocket = () => { throw new TypeError('boom\\u001b[2J') }; syncBuiltinESMExports();`;
  const preload = `--import=data:text/javascript,${encodeURIComponent(broken)}`;
  const { code, stderr } = await natcheck(['serve', '--ip', HOST], { NODE_OPTIONS: preload });
  expect(code).toBe(70);
  expect(stderr).toMatch(/please report it\nTypeError: boom\\u001b\[2J\n {4}at /);
});
