/** Loads `udx-native`, which is optional: only what sends streams over a path needs it. */
import { createRequire } from 'node:module';
import { UsageError } from '../../errors.ts';
import type { Udx } from './native.ts';

/** `udx-native` is not there, or has no binary for this platform; the message says which. */
export class UdxMissingError extends UsageError {}

/**
 * Creates a table of streams. Streams can only be moved between the sockets of one table, in which each stream's id is another:
 * whoever keeps up one session over several paths has one for all of them.
 * @throws UdxMissingError when the package cannot be loaded.
 */
export async function loadUdx(load: () => Promise<unknown> = importUdx): Promise<Udx> {
  try {
    const { default: Native } = (await load()) as { readonly default: new () => Udx };
    return new Native();
  } catch (cause) {
    const error = new UdxMissingError(explain(cause));
    error.cause = cause;
    throw error;
  }
}

/** The package has no types of its own; native.ts has those of the part that is used. */
const importUdx = async (): Promise<unknown> => ({ default: createRequire(import.meta.url)('udx-native') });

function explain(cause: unknown): string {
  const isInstalled = (cause as NodeJS.ErrnoException | null)?.code !== 'MODULE_NOT_FOUND';
  return isInstalled
    ? `streams over a path need udx-native, which has no working binary for ${process.platform}-${process.arch}`
    : 'streams over a path need udx-native: npm i udx-native';
}
