import { describe, expect, it } from 'vitest';
import { createOwner, disposeAll, firstThrown } from '../../src/net/owner.ts';

describe('an owner', () => {
  it('releases the last resource first, of either kind, and each once', async () => {
    const released: string[] = [];
    const owner = createOwner();
    owner.use({ [Symbol.dispose]: () => void released.push('first') });
    owner.use({ [Symbol.asyncDispose]: async () => void released.push('second') });
    owner.defer(() => released.push('third'));
    await owner[Symbol.asyncDispose]();
    await owner[Symbol.asyncDispose]();
    expect(released).toEqual(['third', 'second', 'first']);
  });

  it('releases the rest when one release fails, and then throws that error', async () => {
    const released: string[] = [];
    const owner = createOwner();
    owner.defer(() => released.push('first'));
    owner.defer(() => Promise.reject(new Error('stuck')));
    await expect(owner[Symbol.asyncDispose]()).rejects.toThrow('stuck');
    expect(released).toEqual(['first']);
  });

  it('releases nothing once it was moved', async () => {
    const released: string[] = [];
    const owner = createOwner();
    owner.defer(() => released.push('moved'));
    const heir = owner.move();
    await owner[Symbol.asyncDispose]();
    expect(released).toEqual([]);
    await heir[Symbol.asyncDispose]();
    expect(released).toEqual(['moved']);
  });

  it('all are disposed of, the last one first, also where some throw; the first error is told', async () => {
    const log: string[] = [];
    const owner = createOwner();
    for (const name of ['a', 'b', 'c', 'd']) {
      owner.use({
        [Symbol.asyncDispose]: async () => {
          log.push(name);
          if (name === 'b' || name === 'c') throw new Error(name);
        },
      });
    }
    await expect(owner[Symbol.asyncDispose]()).rejects.toThrow('c');
    expect(log).toEqual(['d', 'c', 'b', 'a']);
    await owner[Symbol.asyncDispose]();
    expect(log).toHaveLength(4);
  });
});

describe('disposing of many', () => {
  it('begins with all at once, waits for each though one has failed, and then throws that error', async () => {
    const log: string[] = [];
    const slow = Promise.withResolvers<void>();
    const disposed = disposeAll([
      { [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')) },
      { [Symbol.asyncDispose]: () => slow.promise.then(() => void log.push('slow')) },
      { [Symbol.asyncDispose]: async () => void log.push('quick') },
    ]);
    const caught = disposed.catch(({ message }: Error) => log.push(message));
    expect(log).toEqual(['quick']);
    slow.resolve();
    await caught;
    expect(log).toEqual(['quick', 'slow', 'stuck']);
  });
});

it('what was thrown first is found beneath the errors of what could not be released', async () => {
  const failing = (what: string): AsyncDisposable => ({
    [Symbol.asyncDispose]: () => Promise.reject(new Error(`${what} cannot be released`)),
  });
  const work = async (): Promise<void> => {
    await using _engine = failing('the engine');
    await using _lab = failing('the lab');
    throw new Error('the engine is lost');
  };
  expect(firstThrown(await work().catch((error: unknown) => error))).toEqual(new Error('the engine is lost'));
  expect(firstThrown('text')).toBe('text');
});
