import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { ownedProcess, withOwner } from './owned-by-test.ts';

const startIdle = (): ChildProcess => ownedProcess(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']));

/** A test that starts a process, and goes on until it is told. */
function startTest() {
  const body = Promise.withResolvers<void>();
  const started = Promise.withResolvers<ChildProcess>();
  const over = withOwner(async () => {
    started.resolve(startIdle());
    await body.promise;
  });
  return { body, started: started.promise, over };
}

it('a process ends with the test that has started it, though that is given up, and not with another one', async () => {
  const [one, other] = [startTest(), startTest()];
  const processes = [await one.started, await other.started];
  one.body.reject(new Error('timed out'));
  await expect(one.over).rejects.toThrow('timed out');
  const ends = processes.map(({ signalCode }) => signalCode);
  other.body.resolve();
  await other.over;
  expect(ends).toEqual(['SIGKILL', null]);
  expect(processes.map(({ signalCode }) => signalCode)).toEqual(['SIGKILL', 'SIGKILL']);
});

it('a process that a test starts after it was given up ends at once', async () => {
  const rest = Promise.withResolvers<void>();
  const late = Promise.withResolvers<ChildProcess>();
  const givenUp = withOwner(async () => {
    void rest.promise.then(() => late.resolve(startIdle()));
  });
  await givenUp;
  rest.resolve();
  expect(await once(await late.promise, 'exit')).toEqual([null, 'SIGKILL']);
});
