/** How pipe, expose and forward end by a signal, and by the closing of the terminal: the other side is told, and nothing is left. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRoom } from '../../../src/punch/open-room.ts';
import { connectClient, failureOf, openTarget } from '../../tunnel/forward/targets.ts';
import { NO_TERMINAL, onTerminal } from '../terminal/terminal.ts';
import { CONNECTED, type Meetings, startMeetings } from './meetings.ts';

const TIMEOUT_MS = 120_000;

let meetings: Meetings;
beforeAll(async () => {
  meetings = await startMeetings();
});
afterAll(() => meetings[Symbol.asyncDispose]());

describe('while it waits', { timeout: TIMEOUT_MS }, () => {
  it.each([
    ['pipe', [], 'SIGHUP', { code: null, signal: 'SIGHUP' }],
    ['expose', ['22'], 'SIGTERM', { code: 0, signal: null }],
    ['forward', ['0:22'], 'SIGHUP', { code: 0, signal: null }],
  ] as const)('%s %j ended by %s leaves the room', async (command, words, signal, end) => {
    const code = meetings.newCode();
    await using watcher = await meetings.watch(code);
    await using side = meetings.start(code, [command, ...words]);
    const { peer } = await watcher.next('peer-joined');
    side.kill(signal);
    expect(await watcher.next('peer-left')).toEqual({ type: 'peer-left', peer, reason: 'left' });
    expect(await side.ended).toMatchObject(end);
  });

  it('forward on a terminal that is closed leaves the room, and no socket file', {
    skip: NO_TERMINAL !== null,
  }, async () => {
    const code = meetings.newCode();
    const file = join(tmpdir(), `natcheck-${process.pid}-ends.sock`);
    await using watcher = await meetings.watch(code);
    await using program = await onTerminal(['forward', `${file}:22`, ...meetings.where], {
      env: { NATCHECK_CODE: code },
    });
    const { peer } = await watcher.next('peer-joined');
    expect(existsSync(file)).toBe(true);
    program.close();
    expect(await watcher.next('peer-left')).toEqual({ type: 'peer-left', peer, reason: 'left' });
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(existsSync(file)).toBe(false);
  });
});

it('a pipe that is interrupted during the handshake tells the peer', { timeout: TIMEOUT_MS }, async () => {
  const [rendezvous = '', url = ''] = meetings.where;
  const [server, room] = [meetings.place, 'handshake'];
  expect(rendezvous).toBe('--rendezvous');
  await using bob = await openRoom({ id: 'bob', server, room, rendezvous: url, portMapping: false });
  const words = ['pipe', '--id', 'alice', '--peer', 'bob', '--room', room, '--server', server];
  await using pipe = meetings.start('', words, { NATCHECK_CODE: undefined as unknown as string });
  const { path } = await bob.connect('alice', { waitMs: TIMEOUT_MS });
  if (!path) throw new Error('there is no path');
  const heard = new Promise<number | undefined>((resolve) => path.onData((bytes) => resolve(bytes[0])));
  // The first message of a handshake; bob punches, and answers nothing.
  expect([0x10, 0x11]).toContain(await heard);
  pipe.kill('SIGINT');
  expect(await path.closed).toMatchObject({ reason: 'peer-left' });
  expect(await pipe.ended).toMatchObject({ code: null, signal: 'SIGINT' });
});

describe('while something is carried', { timeout: TIMEOUT_MS }, () => {
  it.each([
    ['forward', 'SIGTERM'],
    ['expose', 'SIGHUP'],
  ] as const)(
    '%s that is ended by %s tells the other side at once, and every connection is reset',
    async (who, signal) => {
      const code = meetings.newCode();
      await using target = await openTarget();
      await using expose = meetings.start(code, ['expose', String(target.port)]);
      await using forward = meetings.start(code, ['forward', `0:${target.port}`]);
      await Promise.all([expose.said(CONNECTED), forward.said(CONNECTED)]);
      const port = await new Promise<number>((resolve) => {
        forward.stdout.once('data', (text) => resolve(Number(/:(\d+) for/.exec(String(text))?.[1])));
      });
      const accepted = target.accepted();
      const client = await connectClient(port);
      const served = await accepted;
      served.write('carried');
      await once(client, 'data');
      const [clientEnd, targetEnd] = [failureOf(client), failureOf(served)];
      const [ended, other] = who === 'forward' ? [forward, expose] : [expose, forward];
      ended.kill(signal);
      await other.said(/has ended: the peer has closed the connection$/m);
      expect((await ended.ended).code).toBe(0);
      other.kill('SIGINT');
      const { code: exit, stderr } = await other.ended;
      expect([exit, stderr]).toEqual([0, expect.not.stringContaining('seems lost')]);
      expect(await Promise.all([clientEnd, targetEnd])).toEqual(['ECONNRESET', 'ECONNRESET']);
    },
  );
});
