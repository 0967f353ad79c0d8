/** What is said where native streams cannot be had. */
import { expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { loadUdx, UdxMissingError } from '../../../src/net/udx/load.ts';

function failing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error('whatever the loader says'), { code }));
}

it.each([
  ['MODULE_NOT_FOUND', 'streams over a path need udx-native: npm i udx-native'],
  [
    'ADDON_NOT_FOUND',
    `streams over a path need udx-native, which has no working binary for ${process.platform}-${process.arch}`,
  ],
])('after %s there is one sentence about it', async (code, message) => {
  const error = await loadUdx(failing(code)).then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UdxMissingError);
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ message, cause: { code } });
});
