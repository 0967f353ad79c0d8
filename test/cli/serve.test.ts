/** `natcheck serve` as a process: what it prints, what it answers, how it ends, and what it says when it cannot start. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/stun/decode.ts';
import { attribute } from '../../src/stun/message.ts';
import { request } from '../server/requests.ts';
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
      'Tests  IPv4 on offer',
    ]);
  });

  it('answers where it says it does', async () => {
    await using server = await natcheckReady(['serve', '--ip', A, '--software', 'natcheck', ...ANY_PORTS]);
    const [udp = '', http = '', tests] = server.lines;
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

describe('natcheck serve, used wrongly, says so in one line', () => {
  it.each([
    [['--ip', '192.0.2.250'], '192.0.2.250 is not an address of this host'],
    [['--ip', A, '--ip', A], `${A} is given twice`],
    [['--ip', A, '--ip', B, '--ip', '127.0.0.3'], '127.0.0.3 is one IPv4 address too many: at most 2 are used'],
    [['--ip', A, '--alt-port', '3478'], 'port and alt-port are both 3478: the change of port needs two'],
    [['--ip', A, '--port', 'stun'], '--port takes a number'],
    [['--ip', A, B], `Unknown argument: ${B}; see natcheck --help`],
    [['--ip'], 'Not enough arguments following: ip; see natcheck --help'],
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
