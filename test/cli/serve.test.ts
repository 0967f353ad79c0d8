/** `natcheck serve`, as a process and in this one: what it prints, what it answers, how it ends, and what it says when it cannot start. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { joinRendezvous } from '../../src/net/rendezvous/join.ts';
import { decode } from '../../src/stun/decode.ts';
import { attribute } from '../../src/stun/message.ts';
import { timeLimitedCredentials } from '../../src/turn/credentials.ts';
import { request } from '../server/stun/requests.ts';
import { CERT_FILE, KEY_FILE, LOOPBACK_TLS } from '../server/tls/loopback.ts';
import { openTurnClient } from '../server/turn/turn-client.ts';
import { natcheckHere, natcheckReadyHere } from './here.ts';
import { natcheck, natcheckReady } from './natcheck.ts';

const A = '127.0.0.1';
const B = '127.0.0.2';
const ANY_PORTS = ['--port', '0', '--alt-port', '0', '--http-port', '0'];
/** The log of a server with which nothing is wrong. */
const WELL = expect.stringMatching(/^(\S+ info {2}\w+( \w+=\S+)*\n)+$/);

describe('natcheck serve', () => {
  it('prints what it listens on, and then that it is ready', async () => {
    await using server = await natcheckReady(['serve', '--ip', A, '--ip', B, ...ANY_PORTS]);
    expect(server.lines).toEqual([
      expect.stringMatching(/^UDP {4}127\.0\.0\.1:(\d+) {2}127\.0\.0\.1:(\d+) {2}127\.0\.0\.2:\1 {2}127\.0\.0\.2:\2$/),
      expect.stringMatching(/^HTTP {3}http:\/\/127\.0\.0\.1:(\d+) {2}http:\/\/127\.0\.0\.2:\1$/),
      expect.stringMatching(/^Rooms {2}ws:\/\/127\.0\.0\.1:(\d+) {2}ws:\/\/127\.0\.0\.2:\1 {2}open to everybody$/),
      'Tests  IPv4 available',
    ]);
  });

  it('prints the addresses that it announces behind a 1:1 NAT, and those that it is bound to', async () => {
    const ips = ['--ip', `${A}=203.0.113.10`, '--ip', `${B}=203.0.113.11`];
    await using server = await natcheckReadyHere(['serve', ...ips, ...ANY_PORTS]);
    expect(server.lines).toEqual([
      expect.stringMatching(
        /^UDP {4}203\.0\.113\.10:(\d+) {2}203\.0\.113\.10:(\d+) {2}203\.0\.113\.11:\1 {2}203\.0\.113\.11:\2$/,
      ),
      `Bound  ${A} for 203.0.113.10  ${B} for 203.0.113.11`,
      expect.stringMatching(/^HTTP {3}http:\/\/203\.0\.113\.10:(\d+) {2}http:\/\/203\.0\.113\.11:\1$/),
      expect.stringMatching(
        /^Rooms {2}ws:\/\/203\.0\.113\.10:(\d+) {2}ws:\/\/203\.0\.113\.11:\1 {2}open to everybody$/,
      ),
      'Tests  IPv4 available',
    ]);
    const stderr = expect.stringMatching(/^\S+ warn {2}no-tls: .+\n\S+ info {2}ready .+\n\S+ info {2}stopped\n$/);
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null, stderr });
  });

  it('says at the start which address nobody outside can reach', async () => {
    await using server = await natcheckReadyHere(['serve', '--ip', `${A}=10.0.0.4`, '--ip', B, ...ANY_PORTS]);
    expect(await server.end('SIGTERM')).toEqual({
      code: 0,
      signal: null,
      stderr: expect.stringContaining(
        ` warn  private-address: 10.0.0.4 is a private address: clients outside its network do not reach this server; where a 1:1 NAT gives this host a public address, give ip ${A}=PUBLIC\n`,
      ),
    });
  });

  it('answers where it says it does', async () => {
    await using server = await natcheckReadyHere(['serve', '--ip', A, '--software', 'natcheck', ...ANY_PORTS]);
    const [udp = '', http = '', , tests] = server.lines;
    expect(tests).toBe('Tests  IPv4 not available: the tests need a second address');
    await using socket = createSocket('udp4');
    const asked = request([{ type: 'SOFTWARE', value: 'a client whose request is as long as the reply' }]);
    socket.send(asked, Number(/:(\d+)/.exec(udp)?.[1]), A);
    const [reply] = (await once(socket, 'message')) as [Buffer];
    const decoded = decode(reply);
    expect(decoded.ok && attribute(decoded.message, 'SOFTWARE')).toBe('natcheck');
    expect((await fetch(`${http.slice('HTTP   '.length)}/healthz`)).status).toBe(200);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends cleanly on %s', async (signal) => {
    await using server = await natcheckReady(['serve', '--ip', A, ...ANY_PORTS]);
    expect(await server.end(signal)).toEqual({ code: 0, signal: null, stderr: WELL });
  });
});

describe('the metrics of natcheck serve', () => {
  it.each([
    ['--metrics-token', ['--metrics-token', 'secret'], {}],
    ['NATCHECK_METRICS_TOKEN', [], { NATCHECK_METRICS_TOKEN: 'secret' }],
    ['--metrics-token rather than the variable', ['--metrics-token', 'secret'], { NATCHECK_METRICS_TOKEN: 'other' }],
  ])('are for who shows the token of %s', async (_, words, env) => {
    await using server = await natcheckReadyHere(['serve', '--ip', A, ...ANY_PORTS, ...words], env);
    const url = `${/http:\S+/.exec(server.lines[1] ?? '')?.[0]}/metrics`;
    const statusWith = async (headers: Record<string, string>) => (await fetch(url, { headers })).status;
    expect(await statusWith({})).toBe(401);
    expect(await statusWith({ authorization: 'Bearer secret' })).toBe(200);
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
    await using server = await natcheckReadyHere(['serve', '--ip', A, ...ANY_PORTS, ...words], env);
    expect(server.lines[2]).toMatch(/ {2}token required$/);
    const url = urlIn(server.lines);
    expect(await joinRendezvous({ url, ...who })).toMatchObject({ outcome: 'refused', code: 'unauthorized' });
    const joined = await joinRendezvous({ url, ...who, token: 'secret' });
    if (joined.outcome === 'joined') await joined.client[Symbol.asyncDispose]();
    expect(joined.outcome).toBe('joined');
  });

  it('takes as many peers from one address as --per-source says', async () => {
    await using server = await natcheckReadyHere(['serve', '--ip', A, ...ANY_PORTS, '--per-source', '1']);
    const url = urlIn(server.lines);
    const joined = await joinRendezvous({ url, ...who });
    expect(await joinRendezvous({ url, room: 'r', id: 'other' })).toMatchObject({
      outcome: 'refused',
      code: 'source-full',
    });
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
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null, stderr: WELL });
    expect(await closed).toMatchObject({ code: 1001 });
  });
});

describe('natcheck serve as a relay', () => {
  const joinedAt = async (lines: readonly string[]) => {
    const joined = await joinRendezvous({ url: /ws:\S+/.exec(lines[2] ?? '')?.[0] ?? '', room: 'r', id: 'me' });
    if (joined.outcome !== 'joined') throw new Error(joined.outcome);
    return joined.client;
  };

  it('prints where it is and what peers are told, and hands credentials that allocate', async () => {
    const words = ['--relay-allow-private', '--relay-ports', '50000-50999', '--relay-secret', 'north'];
    const relay = ['--relay', '--open-relay', ...words];
    await using server = await natcheckReadyHere(['serve', '--ip', A, '--ip', B, ...ANY_PORTS, ...relay]);
    const port = Number(/:(\d+)/.exec(server.lines[0] ?? '')?.[1]);
    expect(server.lines.slice(4)).toEqual([
      `Relay  turn:${A}:${port}  turn:${B}:${port}  over UDP and TCP`,
      'Open   the relay, to everybody who joins a room (--open-relay)',
      `TURN   turn:${A}:${port}?transport=udp  turn:${A}:${port}?transport=tcp  offered to peers`,
    ]);
    await using me = await joinedAt(server.lines);
    const [told] = me.joined.turn ?? [];
    await using client = await openTurnClient(port, { ...told });
    const { address, port: relayedPort } = await client.allocate();
    expect([address, Math.floor(relayedPort / 1000)]).toEqual([A, 50]);
    const ofOperator = timeLimitedCredentials({ secret: 'north', user: 'x', expiresAtS: 4_000_000_000 });
    await using other = await openTurnClient(port, ofOperator);
    expect((await other.allocate()).address).toBe(A);
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null, stderr: WELL });
  });

  it('knows users by name, and then tells peers nothing', async () => {
    const relay = ['--relay', '--relay-user', 'alice:a:b', '--relay-user', 'bob:c', '--relay-user-quota', '1'];
    await using server = await natcheckReadyHere(['serve', '--ip', A, ...ANY_PORTS, ...relay]);
    expect(server.lines.slice(4)).toEqual([
      expect.stringMatching(/^Relay {2}turn:127\.0\.0\.1:\d+ {2}over UDP and TCP$/),
    ]);
    const port = Number(/:(\d+)/.exec(server.lines[0] ?? '')?.[1]);
    for (const user of [
      { username: 'alice', password: 'a:b' },
      { username: 'bob', password: 'c' },
    ]) {
      await using client = await openTurnClient(port, user);
      expect((await client.allocate()).address).toBe(A);
    }
  });

  it('of somebody else is told to peers with --turn-url', async () => {
    const words = ['--turn-url', 'turn:coturn.example:3478'];
    const env = { NATCHECK_RELAY_SECRET: 'north' };
    await using server = await natcheckReadyHere(['serve', '--ip', A, ...ANY_PORTS, ...words], env);
    expect(server.lines.slice(4)).toEqual(['TURN   turn:coturn.example:3478  offered to peers']);
    await using me = await joinedAt(server.lines);
    expect(me.joined.turn).toMatchObject([{ urls: ['turn:coturn.example:3478'] }]);
  });

  it('has TLS on a port of its own when there is a certificate', async () => {
    const words = [
      '--relay',
      '--auth-token',
      'north',
      '--turns-port',
      '0',
      '--tls-cert',
      CERT_FILE,
      '--tls-key',
      KEY_FILE,
    ];
    await using server = await natcheckReadyHere(['serve', '--ip', A, ...ANY_PORTS, ...words]);
    expect(server.lines[4]).toMatch(/^Relay {2}turn:127\.0\.0\.1:\d+ {2}turns:127\.0\.0\.1:\d+ {2}over UDP and TCP$/);
    expect(server.lines[5]).toMatch(/ {2}turns:127\.0\.0\.1:\d+\?transport=tcp {2}offered to peers$/);
  });
});

describe('natcheck serve, used wrongly, says so in one line', () => {
  it.each([
    [
      ['--ip', '192.0.2.250'],
      '192.0.2.250 is not an address of this host: ip address shows those that are [EADDRNOTAVAIL]; where a 1:1 NAT has that address, as in clouds, give --ip PRIVATE=PUBLIC',
    ],
    [['--ip', A, '--ip', A], `${A} is given twice`],
    [['--ip', A, '--ip', B, '--ip', '127.0.0.3'], '127.0.0.3 is one IPv4 address too many: at most 2 are used'],
    [['--ip', A, '--alt-port', '3478'], 'port and alt-port are both 3478: to change the port takes two different ones'],
    [['--ip', A, '--port', 'stun'], '--port takes a number'],
    [['--ip', A, B], `Unknown argument: ${B}; see natcheck --help`],
    [['--ip'], 'Not enough arguments following: ip; see natcheck --help'],
    [['--ip', A, '--tls-cert', CERT_FILE], '--tls-cert and --tls-key must be given together'],
    [
      ['--ip', A, '--tls-cert', '/nowhere.pem', '--tls-key', KEY_FILE],
      'cannot read the --tls-cert file /nowhere.pem: there is no such file or directory [ENOENT]',
    ],
    [['--ip', A, '--auth-token', ''], 'the token must have 1 to 256 characters'],
    [
      ['--ip', A, '--relay'],
      'without auth-token everybody who joins a room may use the relay: set auth-token, or allow that with open-relay',
    ],
    [['--ip', A, '--open-relay'], '--open-relay is of use only with --relay'],
    [['--ip', A, '--redis', 'http://redis'], '--redis takes a URL such as redis://HOST:6379 or rediss://HOST:6379'],
    [['--ip', A, '--relay-user', 'a:b'], '--relay-user is of use only with --relay'],
    [['--ip', A, '--relay-allow-peer', '10.0.0.0/8'], '--relay-allow-peer is of use only with --relay'],
    [
      ['--ip', A, '--relay', '--relay-user', 'a:b', '--relay-allow-peer', '10.0.0.0'],
      "'10.0.0.0' is not a network to relay to: it must be ADDRESS/BITS",
    ],
    [['--ip', A, '--relay-secret', 'a'], '--relay-secret is of use only with --relay or --turn-url'],
    [['--ip', A, '--turn-url', 'turn:a.example'], '--turn-url needs the --relay-secret of that server'],
    [['--ip', A, '--relay', '--turns-port', '0'], '--turns-port is of use only with --tls-cert and --tls-key'],
    [['--ip', A, '--relay', '--relay-user', 'alice'], '--relay-user takes NAME:PASSWORD'],
    [['--ip', A, '--relay', '--relay-ports', 'all'], "--relay-ports takes FIRST-LAST, not 'all'"],
    [
      ['--ip', A, '--relay', '--open-relay', '--relay-ports', '9-5'],
      'relay-ports is 9-5: it must be FIRST-LAST, from 1024 to 65535',
    ],
    [['--speed', '9'], 'Unknown argument: speed; see natcheck --help'],
  ])('%j', async (words, line) => {
    expect(await natcheckHere(['serve', ...words])).toEqual({
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
    expect(await natcheck(words)).toMatchObject({
      code: 2,
      stderr: `natcheck: UDP ${B}:${port} is already in use: end the process that has it (ss -lunp shows it), or choose another port [EADDRINUSE]\n`,
    });
  });

  it('which TCP port is in use', async () => {
    await using holder = createServer();
    holder.listen(0, A);
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const words = ['serve', '--ip', A, ...ANY_PORTS.with(5, String(port))];
    expect(await natcheckHere(words)).toMatchObject({
      code: 2,
      stderr: `natcheck: TCP ${A}:${port} is already in use: end the process that has it (ss -ltnp shows it), or choose another port [EADDRINUSE]\n`,
    });
  });
});
