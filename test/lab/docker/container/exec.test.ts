/** What is asked of the engine to run a program, and what is made of its answers, with an engine that runs nothing. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Container } from 'dockerode';
import { describe, expect, it } from 'vitest';
import { exec, execAttached } from '../../../../lab/docker/container/exec.ts';

/** Its programs write `out` and `err`, and end at once; endless ones do so when they are interrupted. */
function fakeContainer({
  exitCode = 0,
  isEndless = false,
}: {
  readonly exitCode?: number | null;
  readonly isEndless?: boolean;
}) {
  const ran: string[][] = [];
  const running: PassThrough[] = [];
  const endAll = (): void => {
    for (const stream of running) stream.destroy();
  };
  const container = {
    exec: async ({ Cmd }: { readonly Cmd: string[] }) => {
      ran.push(Cmd);
      const isKill = Cmd.join(' ').includes('kill -INT');
      const start = async () => {
        const stream = new PassThrough();
        running.push(stream);
        if (isKill || !isEndless) setImmediate(endAll);
        return stream;
      };
      return { start, inspect: async () => ({ ExitCode: exitCode }) };
    },
    modem: {
      demuxStream: (_: unknown, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream) => {
        stdout.write('out\n');
        stderr.write('err\n');
      },
    },
  };
  return { ran, container: container as unknown as Container };
}

describe('exec', () => {
  it('runs a program for a limited time, and resolves with its output and exit code', async () => {
    const { ran, container } = fakeContainer({ exitCode: 3 });
    expect(await exec(container, ['ls', '-l'])).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 3 });
    expect(ran).toEqual([['timeout', '--kill-after=1', '30', 'ls', '-l']]);
  });

  it('rejects with the output so far when time was up', async () => {
    const { container } = fakeContainer({ exitCode: 124 });
    await expect(exec(container, ['ls'], { timeoutMs: 500 })).rejects.toThrow('ls: not done in 500 ms\nout\nerr\n');
  });

  it('takes an exit code that the engine does not know for -1', async () => {
    const { container } = fakeContainer({ exitCode: null });
    expect((await exec(container, ['ls'])).exitCode).toBe(-1);
  });
});

describe('execAttached', () => {
  const streams = () => ({ stdout: new PassThrough(), stderr: new PassThrough() });

  it('passes the output on, and resolves with the exit code', async () => {
    const { ran, container } = fakeContainer({ exitCode: 3 });
    const { stdout, stderr } = streams();
    const code = await execAttached(container, ['ls'], { stdout, stderr, signal: new AbortController().signal });
    expect(code).toBe(3);
    expect([await text(stdout.end()), await text(stderr.end())]).toEqual(['out\n', 'err\n']);
    expect(ran.map((argv) => argv.slice(-1))).toEqual([['ls']]);
  });

  it.each(['before', 'while'])('interrupts a program when told to %s it runs, and waits for its end', async (when) => {
    const { ran, container } = fakeContainer({ exitCode: 130, isEndless: true });
    const abort = new AbortController();
    if (when === 'before') abort.abort();
    const ended = execAttached(container, ['sleep', '60'], { ...streams(), signal: abort.signal });
    // The fake engine answers within one turn.
    await nextTurn();
    expect(ran).toHaveLength(when === 'before' ? 2 : 1);
    abort.abort();
    expect(await ended).toBe(130);
    const [program = [], kill = []] = ran;
    expect(ran).toHaveLength(2);
    expect(program.slice(-2)).toEqual(['sleep', '60']);
    // The program's pid is where it has been noted.
    expect(kill.slice(-2)).toEqual(['kill -INT "$(cat "$0")"', program[3]]);
  });
});
