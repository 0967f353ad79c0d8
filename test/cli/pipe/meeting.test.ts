/** How the two sides of `natcheck pipe` meet, as processes on loopback: by a code, wherever it comes from, or by ids. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPipe, textOf } from '../pipes.ts';
import { type Pipes, startPipes, TIMEOUT_MS } from './start-pipes.ts';

let pipes: Pipes;
beforeAll(async () => {
  pipes = await startPipes();
});
afterAll(() => pipes[Symbol.asyncDispose]());

describe('natcheck pipe', { timeout: TIMEOUT_MS }, () => {
  it('without a code makes one, and prints the exact line for the other machine', async () => {
    await using alice = startPipe(['--server', pipes.place, ...pipes.rendezvous]);
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
    const code = pipes.newCode();
    const env = { ...pipes.env, NATCHECK_CODE: code };
    await using alice = startPipe(pipes.rendezvous, env);
    await using bob = startPipe(pipes.rendezvous, env);
    alice.stdin.end('1');
    bob.stdin.end('2');
    expect(await Promise.all([textOf(alice), textOf(bob)])).toEqual(['2', '1']);
    const { stderr } = await alice.ended;
    expect(stderr).toContain('waiting for the other side, for 600 s; it needs the same code\n');
    expect(stderr).not.toContain(code.slice(0, 11));
  });

  it('by ids shows both sides one fingerprint, and that the server is trusted', async () => {
    const where = ['--server', pipes.place, '--room', 'ids'];
    await using alice = pipes.start('--id', 'alice', '--peer', 'bob', ...where);
    await using bob = pipes.start('--id', 'bob', '--peer', 'alice', ...where);
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
    const where = ['--server', pipes.place, '--room', 'typing-error'];
    await using alice = pipes.start('--id', 'alice', '--peer', 'bob', ...where);
    await using _bop = pipes.start('--id', 'bop', '--peer', 'alice', ...where);
    await alice.said(/^bop asks for this side, but is not who is waited for: is one of the ids mistyped\?$/m);
  });
});
