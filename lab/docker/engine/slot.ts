/**
 * A place for one private engine: two cannot share a data root, so no two runs share a slot.
 * The lock is an abstract Unix socket, which the kernel frees when its owner is gone, for whatever reason.
 */
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ownDir } from '../../../src/net/host/own-dir.ts';

const SLOTS = 8;

export interface Slot extends AsyncDisposable {
  /** Keeps the images from one run to the next. */
  readonly dataRoot: string;
  /** Emptied at every start. Only its owner may enter it, because whoever reaches the socket in it is root. */
  readonly runtimeDir: string;
}

/**
 * Takes the first slot that no other process holds.
 * @throws UsageError when one of the two directories is not this user's alone; Error when all slots are taken.
 */
export async function takeSlot(dirs: { readonly cache: string; readonly runtime: string }): Promise<Slot> {
  for (const dir of [dirs.cache, dirs.runtime]) await ownDir(dir, { remedy: 'remove it' });
  for (let number = 0; number < SLOTS; number++) {
    const lock = await hold(`\0natcheck-lab-engine-${number}`);
    if (lock === undefined) continue;
    const slot = {
      dataRoot: join(dirs.cache, `engine-${number}`),
      runtimeDir: join(dirs.runtime, `engine-${number}`),
      [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
    };
    await mkdir(slot.dataRoot, { recursive: true, mode: 0o700 });
    await mkdir(slot.runtimeDir, { recursive: true, mode: 0o700 });
    return slot;
  }
  throw new Error(`all ${SLOTS} slots for a private engine are taken`);
}

function hold(name: string): Promise<AsyncDisposable | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer().unref();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => resolve(server));
  });
}
