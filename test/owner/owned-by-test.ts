/** What a test has started ends with it, also where the test is given up and never comes to the end of its `await using`. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createOwner, type Owner } from '../../src/net/owner.ts';

interface RunningTest {
  readonly owner: Owner;
  isOver: boolean;
}

const tests = new AsyncLocalStorage<RunningTest>();

/** Runs a test, and then disposes of what it owns. */
export async function withOwner(runTest: () => Promise<void>): Promise<void> {
  await using owner = createOwner();
  const test: RunningTest = { owner, isOver: false };
  try {
    await tests.run(test, runTest);
  } finally {
    test.isOver = true;
  }
}

/**
 * Gives a resource to the running test to dispose of, and returns it. What a hook opens stays the hook's. A test that was given up runs on
 * all the same: what it opens then is disposed of at once.
 */
export function ownedByTest<T extends AsyncDisposable>(resource: T): T {
  const test = tests.getStore();
  if (test?.isOver) void resource[Symbol.asyncDispose]();
  else test?.owner.use(resource);
  return resource;
}

/** Gives a process to the running test to end, and returns it. */
export function ownedProcess<T extends ChildProcess>(child: T): T {
  ownedByTest({ [Symbol.asyncDispose]: () => kill(child) });
  return child;
}

/** Resolves when it has ended. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
