/** `natcheck pipe` as two processes on loopback: what comes out, how each direction ends, and each way it can fail. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../server/index.ts';
import { createCode, formatCode } from '../../src/tunnel/code/code.ts';
import { HOST, join as joinRoom } from '../net/rendezvous/peers.ts';
import { natcheckHere } from './here.ts';
import { hashOf, type PipeProcess, startPipe, textOf } from './pipes.ts';

const SCHEMA = JSON.parse(
  await readFile(new URL('../../docs/schema/natcheck.tunnel-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ allErrors: true }).compile(SCHEMA);
const TIMEOUT_MS = 60_000;

describe('natcheck pipe', { timeout: TIMEOUT_MS }, () => {
  let server: NatcheckServer;
  let home: string;
  let rendezvous: readonly string[];
  beforeAll(async () => {
    server = await startServer({ ip: [HOST, '127.0.0.2'], port: 0, altPort: 0, httpPort: 0 });
    rendezvous = ['--rendezvous', `ws://${HOST}:${server.httpPort}`, '--no-port-mapping'];
    home = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(home, { recursive: true });
  });

  const place = (): string => `${HOST}:${server.addresses[0]?.port}`;
  const newCode = (once = false): string => formatCode(createCode({ server: place(), once, randomBytes }));
  const start = (...words: readonly string[]): PipeProcess =>
    startPipe([...words, ...rendezvous], { XDG_STATE_HOME: home });
  const both = (...words: readonly string[]): readonly [PipeProcess, PipeProcess] => {
    const code = newCode();
    return [start(code, ...words), start(code, ...words)];
  };

  it('carries 100 MB one way and a few bytes the other, whole', async () => {
    const [alice, bob] = both();
    await using _alice = alice;
    await using _bob = bob;
    const hash = createHash('sha256');
    const feed = async (): Promise<void> => {
      for (let count = 0; count < 100; count++) {
        const chunk = randomBytes(1_000_000);
        hash.update(chunk);
        if (!alice.stdin.write(chunk)) await new Promise((resolve) => alice.stdin.once('drain', resolve));
      }
      alice.stdin.end();
    };
    bob.stdin.end(Buffer.from([0, 1, 2, 0xff, 0x0a]));
    const [received, few] = await Promise.all([hashOf(bob), hashOf(alice), feed()]);
    expect(received).toBe(hash.digest('hex'));
    expect(few).toBe(
      createHash('sha256')
        .update(Buffer.from([0, 1, 2, 0xff, 0x0a]))
        .digest('hex'),
    );
    expect((await alice.ended).code).toBe(0);
    expect((await bob.ended).code).toBe(0);
  });

  it('ends each direction by itself: what is asked can be answered after its end', async () => {
    const [alice, bob] = both();
    await using _alice = alice;
    await using _bob = bob;
    alice.stdin.end('question');
    const question = await textOf(bob);
    bob.stdin.end(`answer to ${question}`);
    expect(await textOf(alice)).toBe('answer to question');
    expect([(await alice.ended).code, (await bob.ended).code]).toEqual([0, 0]);
  });

  it('of two empty inputs ends with 0, and says nothing on stdout', async () => {
    const [alice, bob] = both();
    for (const side of [alice, bob]) side.stdin.end();
    expect(await Promise.all([textOf(alice), textOf(bob)])).toEqual(['', '']);
    expect([(await alice.ended).code, (await bob.ended).code]).toEqual([0, 0]);
  });

  it('whose reader leaves, as head does, ends with 0 there, and says at the other end what was not confirmed', async () => {
    const [alice, bob] = both();
    await using _alice = alice;
    await using _bob = bob;
    bob.stdout.once('data', () => bob.stdout.destroy());
    const endless = setInterval(() => alice.stdin.write('y\n'.repeat(1_000)), 5);
    const [{ code, stderr }, reader] = await Promise.all([alice.ended, bob.ended]);
    clearInterval(endless);
    expect([code, reader.code]).toEqual([7, 0]);
    expect(stderr).toMatch(
      /^the other side has stopped reading: [\d,]+ bytes of yours were not confirmed, and the peer's stream broke off after 0 bytes$/m,
    );
  });

  it('without a code makes one, and prints the exact line for the other machine', async () => {
    await using alice = startPipe(['--server', place(), ...rendezvous]);
    const [, line = ''] = await alice.said(
      /^waiting for the other side, for 600 s; to be run there:\n {2}natcheck pipe (.+)$/m,
    );
    await using bob = startPipe([...line.split(' '), '--no-port-mapping']);
    alice.stdin.end('from alice');
    bob.stdin.end();
    expect(await textOf(bob)).toBe('from alice');
    expect([(await alice.ended).code, (await bob.ended).code]).toEqual([0, 0]);
  });

  it('takes the code from NATCHECK_CODE, and then shows it to nobody', async () => {
    const code = newCode();
    const env = { XDG_STATE_HOME: home, NATCHECK_CODE: code };
    await using alice = startPipe(rendezvous, env);
    await using bob = startPipe(rendezvous, env);
    alice.stdin.end('1');
    bob.stdin.end('2');
    expect(await Promise.all([textOf(alice), textOf(bob)])).toEqual(['2', '1']);
    const { stderr } = await alice.ended;
    expect(stderr).toContain('waiting for the other side, for 600 s; it needs the same code\n');
    expect(stderr).not.toContain(code.slice(0, 11));
  });

  it('by ids shows both sides one fingerprint, and that the server is trusted', async () => {
    const where = ['--server', place(), '--room', 'ids'];
    await using alice = start('--id', 'alice', '--peer', 'bob', ...where);
    await using bob = start('--id', 'bob', '--peer', 'alice', ...where);
    for (const side of [alice, bob]) side.stdin.end();
    const ends = await Promise.all([alice.ended, bob.ended]);
    const shown = ends.map(
      ({ stderr }) =>
        /fingerprint (\S+): compare it with the other side's, since without a code the server is trusted otherwise/.exec(
          stderr,
        )?.[1],
    );
    expect(shown[0]).toMatch(/^\w{5}-\w{5}-\w{5}-\w{5}$/);
    expect(shown[1]).toBe(shown[0]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  });

  it('names who asks for it under another id', async () => {
    const where = ['--server', place(), '--room', 'typing-error'];
    await using alice = start('--id', 'alice', '--peer', 'bob', ...where);
    await using _bop = start('--id', 'bop', '--peer', 'alice', ...where);
    await alice.said(/^bop asks for this side, but is not who is waited for: is one of the ids mistyped\?$/m);
  });

  it('with --json writes lines of its schema to stderr, and nothing else there', async () => {
    const [alice, bob] = both('--json');
    alice.stdin.end('x'.repeat(10_000));
    bob.stdin.end();
    const [{ stderr }] = await Promise.all([alice.ended, bob.ended, textOf(alice), textOf(bob)]);
    const events = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const event of events) expect(validate(event), JSON.stringify([event, validate.errors])).toBe(true);
    expect(events.at(-1)).toMatchObject({ event: 'pipe-ended', outcome: 'complete', sent: 10_000, confirmed: 10_000 });
    expect(events.map(({ event }) => event)).toContain('connected');
  });

  it('through a relay that carries everything ends with 0 too, and says that it is one', async () => {
    await using relay = await startServer({
      ...{ ip: [HOST, '127.0.0.2'], port: 0, altPort: 0, httpPort: 0 },
      relay: { open: true, allowPrivate: true },
    });
    const code = formatCode(createCode({ server: `${HOST}:${relay.addresses[0]?.port}`, once: false, randomBytes }));
    const words = [code, '--rendezvous', `ws://${HOST}:${relay.httpPort}`, '--relay-only'];
    await using alice = startPipe(words);
    await using bob = startPipe(words);
    alice.stdin.end('through a relay');
    bob.stdin.end();
    expect(await textOf(bob)).toBe('through a relay');
    const { code: exit, stderr } = await alice.ended;
    expect(exit, stderr).toBe(0);
    expect(stderr).toContain('connected to the other side through a relay, encrypted end to end\n');
  });

  it('with another code than the peer waits alone, and exits with 6 and a sentence', async () => {
    await using alice = start(newCode(), '--wait', '1');
    await using bob = start(newCode(), '--wait', '1');
    for (const { code, stderr } of await Promise.all([alice.ended, bob.ended])) {
      expect(code).toBe(6);
      expect(stderr).toContain(
        'the peer did not come: nobody else came into the room in the 1 s of waiting: is the code the same on both sides?\n',
      );
    }
  });

  it('refuses a code for one connection the second time', async () => {
    const code = newCode(true);
    await using alice = start(code);
    await using bob = start(code);
    for (const side of [alice, bob]) side.stdin.end();
    expect([(await alice.ended).code, (await bob.ended).code]).toEqual([0, 0]);
    await using again = start(code);
    expect(await again.ended).toMatchObject({
      code: 2,
      stderr: 'natcheck: this code was good for one connection, which it has had: natcheck code --once makes another\n',
    });
  });

  it('exits with 3 where no server answers', async () => {
    const code = formatCode(createCode({ server: '127.0.0.1:9', once: false, randomBytes }));
    await using alice = startPipe([code, '--rendezvous', 'ws://127.0.0.1:9']);
    const { code: exit, stderr } = await alice.ended;
    expect(exit).toBe(3);
    expect(stderr).toMatch(/^the rendezvous server cannot be reached: nothing listens on TCP 127\.0\.0\.1:9/m);
  });

  it('that is interrupted leaves the room, and its peer learns what was lost', async () => {
    const [alice, bob] = both();
    await using _alice = alice;
    await using _bob = bob;
    alice.stdin.write('hello');
    await new Promise((resolve) => bob.stdout.once('data', resolve));
    bob.kill('SIGINT');
    expect(await bob.ended).toMatchObject({ code: null, signal: 'SIGINT' });
    const { code, stderr } = await alice.ended;
    expect(code).toBe(7);
    expect(stderr).toMatch(/: .*the peer's stream broke off after 0 bytes$/m);
    await using watcher = await joinRoom(server, 'watcher', { room: 'leaving' });
    await using waiting = start('--id', 'erin', '--peer', 'frank', '--server', place(), '--room', 'leaving');
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
    expect(await natcheckHere(['pipe', newCode(), '--peer', 'x', ...rendezvous])).toMatchObject({
      code: 2,
      stderr: 'natcheck: --peer is for meeting without a code: give one or the other\n',
    });
  });
});
