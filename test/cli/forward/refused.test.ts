/** What the two sides cannot do for a client, or for each other: a target that refuses, and ports that cannot be listened on. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectClient, echo, failureOf, openTarget, readAll } from '../../tunnel/forward/targets.ts';
import { freePort } from '../free-port.ts';
import { MAIN } from '../natcheck.ts';
import { CONNECTED, type Meetings, startMeetings } from '../tunnel/meetings.ts';

const TIMEOUT_MS = 60_000;
/** Below every bound of what needs a right of its own, unless this host has none. */
const PRIVILEGED_PORT = 1;

let meetings: Meetings;
beforeAll(async () => {
  meetings = await startMeetings();
});
afterAll(() => meetings[Symbol.asyncDispose]());

it('a target where nothing listens is told once on each side, its clients are reset, and it is reached once it listens', {
  timeout: TIMEOUT_MS,
}, async () => {
  const [port, targetPort] = [await freePort(), await freePort()];
  const code = meetings.newCode();
  await using expose = meetings.start(code, ['expose', `${targetPort}`]);
  await using forward = meetings.start(code, ['forward', `${port}:${targetPort}`]);
  await Promise.all([expose.said(CONNECTED), forward.said(CONNECTED)]);
  for (const _ of [1, 2, 3]) expect(await failureOf(await connectClient(port))).toBe('ECONNRESET');
  await using _target = await openTarget(echo, { host: '127.0.0.1', port: targetPort });
  const client = await connectClient(port);
  client.end('here by now');
  expect(String(await readAll(client))).toBe('here by now');
  const sentence = `${targetPort}: nothing listens on it there (connection refused)`;
  for (const side of [forward, expose]) {
    side.kill('SIGINT');
    const { code: exit, stderr } = await side.ended;
    expect([exit, stderr.split('\n').filter((line) => line.includes('connection refused'))]).toEqual([0, [sentence]]);
  }
});

/** What runs a program without the right to listen on such a port; null where that cannot be had. */
function withoutRight(): readonly string[] | null {
  try {
    if (Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8')) <= PRIVILEGED_PORT) return null;
    if (process.getuid?.() !== 0) return [];
    const words = ['setpriv', '--bounding-set=-net_bind_service'];
    execFileSync('setpriv', [...words.slice(1), 'true']);
    return words;
  } catch {
    return null;
  }
}

const WITHOUT_RIGHT = withoutRight();

it('a port that takes a right of its own is refused in one line, with 2', {
  skip: WITHOUT_RIGHT === null,
  timeout: TIMEOUT_MS,
}, async () => {
  const words = ['forward', meetings.newCode(), `${PRIVILEGED_PORT}:22`, ...meetings.where];
  const [program = '', ...args] = [...(WITHOUT_RIGHT ?? []), process.execPath, MAIN, ...words];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    once(child, 'close'),
  ]);
  expect([code, stdout, stderr]).toEqual([
    2,
    '',
    'natcheck: this user may not listen on TCP 127.0.0.1:1: a port below 1024 takes root or CAP_NET_BIND_SERVICE; choose a higher one [EACCES]\n',
  ]);
});
