import { expect, it } from 'vitest';
import { firstThrown } from '../../src/net/owner.ts';

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
