import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheDirOf } from '../../../../../lab/docker/engine/storage/cache-dir.ts';

const HOME = join(homedir(), '.cache', 'natcheck-lab');

it.each([
  [{}, 0, '/var/lib/natcheck-lab'],
  [{ XDG_CACHE_HOME: '/cache' }, 0, '/var/lib/natcheck-lab'],
  [{ XDG_CACHE_HOME: '/cache' }, 1000, '/cache/natcheck-lab'],
  [{ XDG_CACHE_HOME: 'not/absolute' }, 1000, HOME],
  [{ XDG_CACHE_HOME: '' }, 1000, HOME],
  [{}, 1000, HOME],
])('with %j, user %i keeps what is made once in %s', (env, uid, dir) => {
  expect(cacheDirOf(env, uid)).toBe(dir);
});
