import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeSlot } from '../../../../lab/docker/engine/slot.ts';
import { findRemains, removeRemains } from '../../../../lab/docker/remains/remains.ts';

const ENV = { NATCHECK_LAB_ENGINE: 'none' };
const TAR = 'natcheck-lab-rootfs-0123456789ab.tar';

let dir: string;
let cache: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  cache = join(dir, 'cache');
  await mkdir(cache, { mode: 0o700 });
});
afterEach(() => rm(dir, { recursive: true }));

it('base file systems are found and removed, and nothing else that lies beside them', async () => {
  await writeFile(join(cache, TAR), Buffer.alloc(8192, 1));
  await writeFile(join(cache, 'mine'), '');
  expect(await findRemains(ENV, { cache, slots: null })).toMatchObject({
    images: null,
    fileSystems: { count: 1, bytes: 8192, dir: cache },
    engines: { count: 0, bytes: 0 },
    kept: [],
  });
  expect((await removeRemains(ENV, { cache, slots: null })).fileSystems.count).toBe(1);
  expect(await readdir(cache)).toEqual(['mine']);
});

it('one that is being made stays, until it is clear that it never will be finished', async () => {
  const unfinished = join(cache, `${TAR}.01234567.tar`);
  await writeFile(unfinished, 'x');
  expect((await removeRemains(ENV, { cache, slots: null })).fileSystems.count).toBe(0);
  const yesterday = new Date(Date.now() - 86_400_000);
  await utimes(unfinished, yesterday, yesterday);
  expect((await removeRemains(ENV, { cache, slots: null })).fileSystems.count).toBe(1);
  expect(await readdir(cache)).toEqual([]);
});

it('the data of a private engine goes, but not that of one that runs', async () => {
  const slots = { cache, runtime: join(dir, 'runtime') };
  await using slot = await takeSlot(slots);
  await writeFile(join(slot.dataRoot, 'layer'), 'x');
  const number = Number(slot.dataRoot.at(-1));
  const other = join(cache, `engine-${(number + 7) % 8}`);
  await mkdir(join(other, 'overlay2'), { recursive: true });
  await writeFile(join(other, 'overlay2', 'layer'), Buffer.alloc(8192, 1));

  const { engines, kept } = await removeRemains(ENV, { cache, slots });
  expect(kept).toContain(`private engine ${number} is running: its data stays`);
  expect(await readdir(slot.dataRoot)).toEqual(['layer']);
  // Another test, or a lab on this machine, may hold that slot at this moment.
  const isTaken = kept.includes(`private engine ${(number + 7) % 8} is running: its data stays`);
  expect(engines.count).toBe(isTaken ? 0 : 1);
  expect((await readdir(cache)).includes(`engine-${(number + 7) % 8}`)).toBe(isTaken);
});
