/** Nothing of a carrier is left open: a socket or a stream that was would keep its process running. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('pair-program.ts', import.meta.url));

it.each([
  ['any', 'direct'],
  ['relay-only', 'relayed'],
] as const)('a process that has disposed of both sides ends by itself: %s', async (mode, kind) => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, mode], { timeout: 30_000 });
  expect([stdout, stderr]).toEqual([kind, '']);
});
