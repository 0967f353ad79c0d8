/** Each way that `natcheck pipe` can fail: nobody comes, an end by a signal, wrong use. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCode, formatCode } from '../../../src/tunnel/code/code.ts';
import { join as joinRoom } from '../../net/rendezvous/peers.ts';
import { natcheckHere } from '../here.ts';
import { type Pipes, startPipes, TIMEOUT_MS } from './start-pipes.ts';

let pipes: Pipes;
beforeAll(async () => {
  pipes = await startPipes();
});
afterAll(() => pipes[Symbol.asyncDispose]());

describe('natcheck pipe', { timeout: TIMEOUT_MS }, () => {
  it('with another code than the peer waits alone, and exits with 6 and a sentence', async () => {
    const alone = () => natcheckHere(['pipe', pipes.newCode(), '--wait', '1', ...pipes.rendezvous], pipes.env);
    for (const { code, stderr } of await Promise.all([alone(), alone()])) {
      expect(code).toBe(6);
      expect(stderr).toContain(
        'the peer did not come: nobody else came into the room in the 1 s of waiting: is the code the same on both sides?\n',
      );
    }
  });

  it('refuses a code for one connection the second time', async () => {
    const code = pipes.newCode({ once: true });
    await using alice = pipes.start(code);
    await using bob = pipes.start(code);
    for (const side of [alice, bob]) side.stdin.end();
    expect([(await alice.ended).code, (await bob.ended).code]).toEqual([0, 0]);
    expect(await natcheckHere(['pipe', code, ...pipes.rendezvous], pipes.env)).toMatchObject({
      code: 2,
      stderr: 'natcheck: this code was good for one connection, which it has had: natcheck code --once makes another\n',
    });
  });

  it('exits with 3 where no server answers', async () => {
    const code = formatCode(createCode({ server: '127.0.0.1:9', once: false, randomBytes }));
    const { code: exit, stderr } = await natcheckHere(['pipe', code, '--rendezvous', 'ws://127.0.0.1:9']);
    expect(exit).toBe(3);
    expect(stderr).toMatch(/^the rendezvous server cannot be reached: nothing listens on TCP 127\.0\.0\.1:9/m);
  });

  it('that is interrupted leaves the room, and its peer learns what was lost', async () => {
    const [alice, bob] = pipes.both();
    await using _alice = alice;
    await using _bob = bob;
    alice.stdin.write('hello');
    await new Promise((resolve) => bob.stdout.once('data', resolve));
    bob.kill('SIGINT');
    expect(await bob.ended).toMatchObject({ code: null, signal: 'SIGINT' });
    const { code, stderr } = await alice.ended;
    expect(code).toBe(7);
    expect(stderr).toMatch(/: .*the peer's stream broke off after 0 bytes$/m);
    await using watcher = await joinRoom(pipes.server, 'watcher', { room: 'leaving' });
    await using waiting = pipes.start('--id', 'erin', '--peer', 'frank', '--server', pipes.place, '--room', 'leaving');
    expect(await watcher.next('peer-joined')).toMatchObject({ peer: 'erin' });
    waiting.kill('SIGTERM');
    expect(await waiting.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(await watcher.next('peer-left')).toMatchObject({ peer: 'erin', reason: 'left' });
  });

  it.each([
    [['abcde'], /^natcheck: .*\n$/],
    [
      ['--peer', 'x', '--id', 'x', '--server', '127.0.0.1'],
      /^natcheck: you and the peer both have the id x: each side needs its own\n$/,
    ],
    [['--id', 'x', '--server', '127.0.0.1'], /^natcheck: without a code, --peer names the peer\n$/],
    [
      ['--rendezvous', 'ws://127.0.0.1:1'],
      /^natcheck: --rendezvous is for a server: the two sides meet through brokers\n$/,
    ],
    [
      ['--peer', 'x', '--once', '--server', '127.0.0.1'],
      /^natcheck: --once is for a code: without one, --peer says who may connect\n$/,
    ],
    [
      ['--server', '127.0.0.1', '--wait', '0'],
      /^natcheck: --wait takes a number of seconds, more than 0 and at most 86400\n$/,
    ],
    [
      ['--server', '127.0.0.1', '--json', '--json-file', 'x'],
      /^natcheck: --json and --json-file are two places for the same lines: give one\n$/,
    ],
  ])('%j is one clear line and exit 2', async (words, line) => {
    const { code, stderr } = await natcheckHere(['pipe', ...words], { NATCHECK_SERVER: '' });
    expect([code, stderr]).toEqual([2, expect.stringMatching(line)]);
  });

  it('refuses a code together with ids', async () => {
    expect(await natcheckHere(['pipe', pipes.newCode(), '--peer', 'x', ...pipes.rendezvous])).toMatchObject({
      code: 2,
      stderr: 'natcheck: --peer is for meeting without a code: give one or the other\n',
    });
  });
});
