/** `natcheck serve` under its operator: the log, the metrics, another certificate, the drain, and systemd. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { CERT_FILE, KEY_FILE, LOOPBACK_TLS } from '../../server/tls/loopback.ts';
import { natcheckHere, startHere } from '../here.ts';

const folder = mkdtempSync(join(tmpdir(), 'natcheck-serve-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SERVE = ['serve', '--ip', '127.0.0.1', '--port', '0', '--alt-port', '0', '--http-port', '0'];
const JSON_LOG = ['--log-format', 'json'];

interface Line {
  readonly event: string;
  readonly [name: string]: unknown;
}
const linesOf = (said: string): readonly Line[] =>
  said
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
const eventsOf = (said: string): readonly string[] => linesOf(said).map(({ event }) => event);

describe('the log of natcheck serve', () => {
  it('is text, a line for each event', async () => {
    await using server = await startHere(SERVE);
    await server.ready;
    const { stderr } = await server.end('SIGTERM');
    expect(stderr).toMatch(
      /^\S+Z info {2}ready udp=127\.0\.0\.1:\d+,127\.0\.0\.1:\d+ tcp=\d+\n\S+Z info {2}stopped\n$/,
    );
  });

  it('is JSON with --log-format json, and has every connection at --log-level debug', async () => {
    await using server = await startHere([...SERVE, ...JSON_LOG, '--log-level', 'debug', '--log-addresses']);
    const lines = await server.ready;
    const joined = await joinRendezvous({ url: /ws:\S+/.exec(lines[2] ?? '')?.[0] ?? '', room: 'r', id: 'me' });
    if (joined.outcome !== 'joined') throw new Error(joined.outcome);
    await joined.client[Symbol.asyncDispose]();
    const { stderr } = await server.end('SIGTERM');
    const events = ['ready', 'connected', 'joined', 'closed', 'disconnected', 'stopped'];
    expect(eventsOf(stderr).slice(0, 3)).toEqual(events.slice(0, 3));
    expect(linesOf(stderr)[1]).toMatchObject({ level: 'debug', connection: 0, from: '127.0.0.1' });
  });

  it('is empty at --log-level error where nothing is wrong', async () => {
    await using server = await startHere([...SERVE, '--log-level', 'error']);
    await server.ready;
    expect((await server.end('SIGTERM')).stderr).toBe('');
  });
});

describe('--metrics-listen', () => {
  it('is a port of 127.0.0.1 unless it names an address', async () => {
    await using server = await startHere([...SERVE, '--metrics-listen', '0']);
    const row = (await server.ready).at(-1) ?? '';
    expect(row).toMatch(/^Pages {2}http:\/\/127\.0\.0\.1:\d+\/metrics {2}\/healthz {2}\/readyz$/);
    expect((await fetch(/http:\S+/.exec(row)?.[0] ?? '')).status).toBe(200);
  });
});

describe('the certificate of natcheck serve', () => {
  it('is read again on SIGHUP; one that cannot be used is told, and the former one stays', async () => {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    copyFileSync(CERT_FILE, cert);
    copyFileSync(KEY_FILE, key);
    await using server = await startHere([...SERVE, ...JSON_LOG, '--tls-cert', cert, '--tls-key', key]);
    const lines = await server.ready;
    server.signal('SIGHUP');
    await server.said(/tls-renewed/);
    writeFileSync(cert, 'no certificate');
    server.signal('SIGHUP');
    await server.said(/tls-refused/);
    const url = /wss:\S+/.exec(lines[2] ?? '')?.[0] ?? '';
    const joined = await joinRendezvous({ url, room: 'r', id: 'me', ca: LOOPBACK_TLS.cert });
    if (joined.outcome === 'joined') await joined.client[Symbol.asyncDispose]();
    expect(joined.outcome).toBe('joined');
    const told = linesOf((await server.end('SIGTERM')).stderr);
    expect(told.find(({ event }) => event === 'tls-renewed')).toMatchObject({
      level: 'info',
      validTo: expect.any(String),
    });
    expect(told.find(({ event }) => event === 'tls-refused')).toMatchObject({
      level: 'error',
      message: expect.stringMatching(/^the TLS certificate or key cannot be used: .*; the former certificate stays$/),
    });
  });

  it('does without a certificate, and goes on after SIGHUP', async () => {
    await using server = await startHere([...SERVE, ...JSON_LOG]);
    await server.ready;
    server.signal('SIGHUP');
    await server.said(/nothing-to-renew/);
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });
});

describe('--drain', () => {
  it('lets a peer in a room stay on SIGTERM, and a second signal ends it', async () => {
    await using server = await startHere([...SERVE, ...JSON_LOG, '--drain', '3600']);
    const url = /ws:\S+/.exec((await server.ready)[2] ?? '')?.[0] ?? '';
    const joined = await joinRendezvous({ url, room: 'r', id: 'me' });
    if (joined.outcome !== 'joined') throw new Error(joined.outcome);
    server.signal('SIGTERM');
    await server.said(/draining/);
    expect((await fetch(`${url.replace('ws', 'http')}/readyz`)).status).toBe(503);
    const { code, stderr } = await server.end('SIGTERM');
    expect([code, eventsOf(stderr)]).toEqual([0, ['ready', 'draining', 'drained', 'stopped']]);
    await joined.client[Symbol.asyncDispose]();
  });

  it('ends at once where nobody is served', async () => {
    await using server = await startHere([...SERVE, ...JSON_LOG, '--drain', '3600']);
    await server.ready;
    const { code, stderr } = await server.end('SIGTERM');
    expect([code, eventsOf(stderr)]).toEqual([0, ['ready', 'draining', 'drained', 'stopped']]);
  });
});

it('systemd is told that the server is ready, and that it ends', async () => {
  const told = join(folder, 'told');
  writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> '${told}'\n`, { mode: 0o755 });
  const env = { NOTIFY_SOCKET: '/run/notify', PATH: `${folder}:${process.env.PATH}` };
  await using server = await startHere(SERVE, env);
  await server.ready;
  await server.end('SIGTERM');
  expect(readFileSync(told, 'utf8')).toBe('/run/notify READY=1\n/run/notify STOPPING=1\n');
});

it.each([
  [['--drain', '-1'], '--drain takes a number of seconds, at most 86400'],
  [['--metrics-listen', 'here:9'], "--metrics-listen takes PORT, ADDRESS:PORT or [ADDRESS]:PORT, not 'here:9'"],
  [
    ['--metrics-listen', '127.0.0.1:99999'],
    'metrics-listen is 99999: a port is from 1 to 65535, or 0 for any free one',
  ],
  [
    ['--log-level', 'loud'],
    'Invalid values: Argument: log-level, Given: "loud", Choices: "error", "warn", "info", "debug"; see natcheck --help',
  ],
])('%j is wrong', async (words, line) => {
  expect(await natcheckHere([...SERVE, ...words])).toMatchObject({ code: 2, stderr: `natcheck: ${line}\n` });
});
