import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { takeSlot } from '../../../../lab/docker/engine/slot.ts';

it('two runs at a time never share a data root, and a freed slot is taken again', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
  const dirs = { cache: join(dir, 'cache'), runtime: join(dir, 'runtime') };
  await using first = await takeSlot(dirs);
  let freed: string;
  {
    await using second = await takeSlot(dirs);
    expect(second.dataRoot).not.toBe(first.dataRoot);
    expect(second.runtimeDir).not.toBe(first.runtimeDir);
    freed = second.dataRoot;
  }
  await using third = await takeSlot(dirs);
  expect(third.dataRoot).toBe(freed);
});

it('takes no place in a directory that others may enter', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
  const dirs = { cache: join(dir, 'cache'), runtime: join(dir, 'runtime') };
  await mkdir(dirs.runtime);
  await chmod(dirs.runtime, 0o777);
  await expect(takeSlot(dirs)).rejects.toThrow(
    `${dirs.runtime} may be entered by others than you (mode 0777): remove it`,
  );
});
