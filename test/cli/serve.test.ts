/** `natcheck serve` as a process: what it prints, what it answers, how it ends, and what it says when it cannot start. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { joinRendezvous } from '../../src/net/rendezvous-client.ts';
import { decode } from '../../src/stun/decode.ts';
import { attribute } from '../../src/stun/message.ts';
import { request } from '../server/requests.ts';
import { CERT_FILE, KEY_FILE, LOOPBACK_TLS } from '../server/tls/loopback.ts';
import { natcheck, natcheckReady } from './natcheck.ts';

const A = '127.0.0.1';
const B = '127.0.0.2';
const ANY_PORTS = ['--port', '0', '--alt-port', '0', '--http-port', '0'];

describe('natcheck serve', () => {
  it('prints what it listens on, and then that it is ready', async () => {
    await using server = await natcheckReady(['serve', '--ip', A, '--ip', B, ...ANY_PORTS]);
    expect(server.lines).toEqual([
      expect.stringMatching(/^UDP {4}127\.0\.0\.1:(\d+) {2}127\.0\.0\.1:(\d+) {2}127\.0\.0\.2:\1 {2}127\.0\.0\.2:\2$/),
      expect.stringMatching(/^HTTP {3}http:\/\/127\.0\.0\.1:(\d+) {2}http:\/\/127\.0\.0\.2:\1$/),
      expect.stringMatching(/^Rooms {2}ws:\/\/127\.0\.0\.1:(\d+) {2}ws:\/\/127\.0\.0\.2:\1 {2}open to everybody$/),
      'Tests  IPv4 on offer',
    ]);
  });

  it('answers where it says it does', async () => {
    await using server = await natcheckReady(['serve', '--ip', A, '--software', 'natcheck', ...ANY_PORTS]);
    const [udp = '', http = '', , tests] = server.lines;
    expect(tests).toBe('Tests  IPv4 not on offer, for want of a second address');
    await using socket = createSocket('udp4');
    socket.send(request(), Number(/:(\d+)/.exec(udp)?.[1]), A);
    const [reply] = (await once(socket, 'message')) as [Buffer];
    const decoded = decode(reply);
    expect(decoded.ok && attribute(decoded.message, 'SOFTWARE')).toBe('natcheck');
    expect((await fetch(`${http.slice('HTTP   '.length)}/healthz`)).status).toBe(200);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends cleanly on %s', async (signal) => {
    await using server = await natcheckReady(['serve', '--ip', A, ...ANY_PORTS]);
    expect(await server.end(signal)).toEqual({ code: 0, signal: null, stderr: '' });
  });
});

describe('natcheck serve as a rendezvous', () => {
  const urlIn = (lines: readonly string[]): string => /wss?:\S+/.exec(lines[2] ?? '')?.[0] ?? '';
  const who = { room: 'r', id: 'me' };

  it.each([
    ['--auth-token', ['--auth-token', 'secret'], {}],
    ['NATCHECK_TOKEN', [], { NATCHECK_TOKEN: 'secret' }],
    ['--auth-token rather than NATCHECK_TOKEN', ['--auth-token', 'secret'], { NATCHECK_TOKEN: 'other' }],
  ])('takes who knows the token of %s', async (_, words, env) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    await using server = await natcheckReady(['serve', '--ip', A, ...ANY_PORTS, ...words]);
    expect(server.lines[2]).toMatch(/ {2}with a token$/);
    const url = urlIn(server.lines);
    expect(await joinRendezvous({ url, ...who })).toMatchObject({ outcome: 'refused', code: 'unauthorized' });
    const joined = await joinRendezvous({ url, ...who, token: 'secret' });
    if (joined.outcome === 'joined') await joined.client[Symbol.asyncDispose]();
    expect(joined.outcome).toBe('joined');
  });

  it('speaks TLS when given a certificate, and ends cleanly with a peer in a room', async () => {
    const tls = ['--tls-cert', CERT_FILE, '--tls-key', KEY_FILE];
    await using server = await natcheckReady(['serve', '--ip', A, ...ANY_PORTS, ...tls]);
    expect(server.lines.slice(1, 3)).toEqual([
      expect.stringMatching(/^HTTP {3}https:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^Rooms {2}wss:\/\/127\.0\.0\.1:\d+ {2}open to everybody$/),
    ]);
    const joined = await joinRendezvous({ url: urlIn(server.lines), ...who, ca: LOOPBACK_TLS.cert });
    if (joined.outcome !== 'joined') throw new Error(joined.outcome);
    await using client = joined.client;
    const closed = new Promise((resolve) => client.onEvent((event) => event.type === 'closed' && resolve(event)));
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null, stderr: '' });
    expect(await closed).toMatchObject({ code: 1001 });
  });
});

describe('natcheck serve, used wrongly, says so in one line', () => {
  it.each([
    [['--ip', '192.0.2.250'], '192.0.2.250 is not an address of this host'],
    [['--ip', A, '--ip', A], `${A} is given twice`],
    [['--ip', A, '--ip', B, '--ip', '127.0.0.3'], '127.0.0.3 is one IPv4 address too many: at most 2 are used'],
    [['--ip', A, '--alt-port', '3478'], 'port and alt-port are both 3478: the change of port needs two'],
    [['--ip', A, '--port', 'stun'], '--port takes a number'],
    [['--ip', A, B], `Unknown argument: ${B}; see natcheck --help`],
    [['--ip'], 'Not enough arguments following: ip; see natcheck --help'],
    [['--ip', A, '--tls-cert', CERT_FILE], '--tls-cert and --tls-key belong together'],
    [
      ['--ip', A, '--tls-cert', '/nowhere.pem', '--tls-key', KEY_FILE],
      'cannot read the file of --tls-cert: /nowhere.pem: ENOENT',
    ],
    [['--ip', A, '--auth-token', ''], 'the token has 1 to 256 characters'],
    [['--speed', '9'], 'Unknown argument: speed; see natcheck --help'],
  ])('%j', async (words, line) => {
    expect(await natcheck(['serve', ...words])).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `natcheck: ${line}\n`,
    });
  });

  it('which UDP port is in use', async () => {
    await using holder = createSocket('udp4');
    holder.bind(0, B);
    await once(holder, 'listening');
    const { port } = holder.address();
    const words = ['serve', '--ip', A, '--ip', B, ...ANY_PORTS.with(3, String(port))];
    expect(await natcheck(words)).toMatchObject({ code: 2, stderr: `natcheck: UDP ${B}:${port} is already in use\n` });
  });

  it('which TCP port is in use', async () => {
    await using holder = createServer();
    holder.listen(0, A);
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const words = ['serve', '--ip', A, ...ANY_PORTS.with(5, String(port))];
    expect(await natcheck(words)).toMatchObject({ code: 2, stderr: `natcheck: TCP ${A}:${port} is already in use\n` });
  });
});
