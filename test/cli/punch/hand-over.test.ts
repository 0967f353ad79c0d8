/** `natcheck punch … -- CMD` as two processes on loopback, with a program of each on the path. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { natcheckHere } from '../here.ts';
import { type Ended, natcheck, natcheckStarted } from '../natcheck.ts';

const TALK = [process.execPath, fileURLToPath(new URL('talk.mjs', import.meta.url))];
const NEVER = ['sh', '-c', 'echo started'];
const SCHEMA = JSON.parse(
  readFileSync(new URL('../../../docs/schema/natcheck.punch-1.schema.json', import.meta.url), 'utf8'),
);
/** Beyond what a punch takes on a busy machine. */
const TIMEOUT_MS = 120_000;

describe.concurrent('natcheck punch with a program', { timeout: TIMEOUT_MS }, () => {
  let server: NatcheckServer;
  let where: readonly string[];
  beforeAll(async () => {
    const relay = { open: true, allowPrivate: true };
    server = await startServer({ ip: ['127.0.0.1', '127.0.0.2'], port: 0, altPort: 0, httpPort: 0, relay });
    where = ['--server', `127.0.0.1:${server.addresses[0]?.port}`, '--rendezvous', `ws://127.0.0.1:${server.httpPort}`];
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** Runs both sides with their own options, and what follows `--`. */
  const both = (
    room: string,
    ...sides: readonly [readonly string[], readonly string[]]
  ): Promise<readonly [Ended, Ended]> => {
    const run = (id: string, peer: string, words: readonly string[]): Promise<Ended> =>
      natcheck(['punch', '--room', room, ...where, '--wait', '100', '--id', id, '--peer', peer, ...words]);
    return Promise.all([run('alice', 'bob', sides[0]), run('bob', 'alice', sides[1])]);
  };

  it.for([
    ['a path that both hand over', [], [], '127.0.0.1'],
    ['a path that both keep', ['--keep'], ['--keep'], '127.0.0.1'],
    ['a path that one keeps and the other hands over', ['--keep'], [], '127.0.0.1'],
    ['a relayed path that both keep', ['--keep', '--relay-only'], ['--keep'], '127.0.0.1'],
  ] as const)('joins two programs by %s, and has their exit code', async ([name, alice, bob]) => {
    const ended = await both(name.replaceAll(' ', '-'), [...alice, '--', ...TALK], [...bob, '--', ...TALK]);
    const said = ended.map(({ stdout }) => stdout);
    expect(
      ended.map(({ code }) => code),
      JSON.stringify(ended),
    ).toEqual([9, 9]);
    expect(said).toEqual([
      expect.stringMatching(/^controlling at 127\.0\.0\.1 has heard (controlled, )?heard controlled\n$/),
      expect.stringMatching(/^controlled at 127\.0\.0\.1 has heard (controlling, )?heard controlling\n$/),
    ]);
  });

  it('has the report on stderr, with --json as one line of the schema', async () => {
    const [alice, bob] = await both('json', ['--json', '--', ...TALK], ['--', ...TALK]);
    const line = alice.stderr.split('\n').find((one) => one.startsWith('{')) ?? '';
    const validate = new Ajv2020({ allErrors: true }).compile(SCHEMA);
    expect(validate(JSON.parse(line)), JSON.stringify(validate.errors)).toBe(true);
    const { local, remote } = JSON.parse(line);
    const starting = `\nstarting ${TALK[0]}: it has to bind ${local.address}:${local.port}, and to send to ${remote.address}:${remote.port}\n`;
    expect(alice.stderr).toContain(starting);
    expect(bob.stderr).toMatch(/\ndirect 127\.0\.0\.1:\d+ ↔ 127\.0\.0\.1:\d+, by host, /);
  });

  it('does not start it for a peer without one, and tells both', async () => {
    const [alice, bob] = await both('one', ['--', ...NEVER], []);
    expect([alice.code, alice.stdout, bob.code]).toEqual([6, '', 0]);
    expect(alice.stderr).toContain(
      '\nnatcheck: bob has no program for the path and has closed it, so sh is not started: it needs -- CMD too\n',
    );
    expect(bob.stderr).toContain(
      '\nalice has a program for the path, which was closed here: end this line with -- CMD',
    );
  });

  it('does not start it on a relayed path, and exits with 5', async () => {
    const [alice, bob] = await both('relayed', ['--relay-only', '--', ...NEVER], ['--keep', '--', ...NEVER]);
    expect([alice.code, alice.stdout, bob.code, bob.stdout]).toEqual([5, '', 5, '']);
    expect(alice.stderr).toContain('\nnatcheck: a relayed path cannot be handed over, so sh is not started: ');
    expect(bob.stderr).toContain('\nnatcheck: alice cannot be handed a relayed path, so sh is not started: ');
  });

  it('ends one whose bridged path is over, 5 s later, and exits with 7', async () => {
    const waiting = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];
    const [alice, bob] = await both('over', ['--keep', '--', ...waiting], ['--keep', '--', 'true']);
    expect([alice.code, bob.code]).toEqual([7, 0]);
    expect(alice.stderr).toContain('\nthe path is over: the peer has closed it; the program has 5 s to end\n');
  });

  it.for([
    ['no/such/program', 127, 'natcheck: there is no program no/such/program\n'],
    ['/', 126, 'natcheck: / cannot be started: it may not be executed\n'],
  ] as const)('says at once that %s is none', async ([name, code, stderr]) => {
    const words = ['punch', ...where, '--id', 'carol', '--peer', 'dave', '--', name];
    expect(await natcheck(words)).toEqual({ code, signal: null, stdout: '', stderr });
  });

  it('wants a program for --keep', async () => {
    const { code, stderr } = await natcheckHere(['punch', ...where, '--peer', 'x', '--keep']);
    expect([code, stderr]).toEqual([2, 'natcheck: --keep is for a program, which follows --\n']);
  });

  it('names who asks under another id, and what the peer has to run', async () => {
    const words = ['punch', ...where, '--room', 'mistyped', '--wait', '100'];
    await using alice = natcheckStarted([...words, '--id', 'alice', '--peer', 'bob', '--', ...NEVER]);
    await alice.said(
      /^bob has 100 s to come; run this on the other machine:\n {2}natcheck punch --id bob --peer alice --server 127\.0\.0\.1:\d+ --rendezvous ws:\S+ --room mistyped -- CMD\n/m,
    );
    await using _bobb = natcheckStarted([...words, '--id', 'bobb', '--peer', 'alice']);
    await alice.said(
      /^bobb asks for alice, which waits for bob: if that is your peer, one of the two ids is mistyped$/m,
    );
  });
});
