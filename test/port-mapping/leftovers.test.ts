import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('leftovers-program.ts', import.meta.url));

it('no socket and no timer is left of a search or a mapping, and the process ends by itself', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM], { timeout: 15_000 });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    outcomes: [...new Array(5).fill('mapped'), 'none', 'aborted', 'aborted'],
    held: [],
  });
});
