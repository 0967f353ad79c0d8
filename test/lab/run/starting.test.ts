import { expect, it } from 'vitest';
import { createStarting } from '../../../lab/run/pair/starting.ts';

it('what is still starting when the try ends is ended as well, and nothing starts afterwards', async () => {
  const ended: string[] = [];
  const program = (name: string): AsyncDisposable => ({
    async [Symbol.asyncDispose]() {
      ended.push(name);
    },
  });
  const late = Promise.withResolvers<AsyncDisposable>();
  const starting = createStarting();
  await starting.own(async () => program('early'));
  const broken = starting.own(() => Promise.reject(new Error('no such image')));
  await expect(broken).rejects.toThrow('no such image');
  void starting.own(() => late.promise);
  const over = starting[Symbol.asyncDispose]();
  late.resolve(program('late'));
  await over;
  expect(ended).toEqual(['early', 'late']);
  await expect(starting.own(async () => program('after'))).rejects.toThrow('the try is over');
  expect(ended).toEqual(['early', 'late']);
});
