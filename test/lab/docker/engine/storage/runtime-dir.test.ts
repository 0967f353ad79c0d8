import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runtimeDir, runtimeDirOf } from '../../../../../lab/docker/engine/storage/runtime-dir.ts';

it.each([
  [{ XDG_RUNTIME_DIR: '/run/user/1000' }, 1000, '/run/user/1000/natcheck'],
  [{}, 0, '/run/natcheck-lab'],
  [{ XDG_RUNTIME_DIR: '' }, 1000, join(tmpdir(), 'natcheck-1000')],
])('with %j, user %i has %s', (env, uid, dir) => {
  expect(runtimeDirOf(env, uid)).toBe(dir);
});

it('is made for its user alone, and not used when others may enter it', async () => {
  const XDG_RUNTIME_DIR = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  try {
    const dir = await runtimeDir({ XDG_RUNTIME_DIR });
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    await chmod(dir, 0o770);
    await expect(runtimeDir({ XDG_RUNTIME_DIR })).rejects.toThrow(
      `${dir} may be entered by others than you (mode 0770): remove it, or set XDG_RUNTIME_DIR`,
    );
  } finally {
    await rm(XDG_RUNTIME_DIR, { recursive: true });
  }
});
