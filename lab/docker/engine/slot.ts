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

/** Where data roots and runtime directories are. */
export interface SlotDirs {
  readonly cache: string;
  readonly runtime: string;
}

/**
 * Takes the first slot that no other process holds.
 * @throws UsageError when one of the two directories is not this user's alone; Error when all slots are taken.
 */
export async function takeSlot(dirs: SlotDirs): Promise<Slot> {
  for (const dir of [dirs.cache, dirs.runtime]) await ownDir(dir, { remedy: 'remove it' });
  for (let number = 0; number < SLOTS; number++) {
    const lock = await hold(lockOf(number));
    if (lock === undefined) continue;
    const slot = {
      ...placeOf(number, dirs),
      [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
    };
    await mkdir(slot.dataRoot, { recursive: true, mode: 0o700 });
    await mkdir(slot.runtimeDir, { recursive: true, mode: 0o700 });
    return slot;
  }
  throw new Error(`all ${SLOTS} slots for a private engine are taken`);
}

export type FreeSlot = Pick<Slot, 'dataRoot' | 'runtimeDir'>;

/**
 * Calls `visit` for every slot that no process has, one after the other, and holds each only meanwhile.
 * @returns the numbers of the others.
 */
export async function visitFreeSlots(
  dirs: SlotDirs,
  visit: (slot: FreeSlot) => Promise<void>,
): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let number = 0; number < SLOTS; number++) {
    const lock = await hold(lockOf(number));
    if (lock === undefined) {
      taken.push(number);
      continue;
    }
    await using _ = lock;
    await visit(placeOf(number, dirs));
  }
  return taken;
}

function lockOf(number: number): string {
  return `\0natcheck-lab-engine-${number}`;
}

function placeOf(number: number, { cache, runtime }: SlotDirs): FreeSlot {
  return { dataRoot: join(cache, `engine-${number}`), runtimeDir: join(runtime, `engine-${number}`) };
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
