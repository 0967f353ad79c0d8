/** What is asked of the engine to run a program, and what is made of its answers, with an engine that runs nothing. */
import { expect, it } from 'vitest';
import { exec } from '../../../../lab/docker/container/exec.ts';
import { fakeContainer } from './fake-container.ts';

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
