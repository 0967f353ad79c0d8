/**
 * Writes the pattern to stdout, and ends when nobody reads it any more.
 * Usage: node source.ts BYTES
 */
import { writeSync } from 'node:fs';
import { pattern } from './pattern.ts';

for (const block of pattern(Number(process.argv[2]))) {
  for (let rest = block; rest.length > 0; ) rest = rest.subarray(written(rest));
}

function written(bytes: Uint8Array): number {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    // The program that reads has ended, and says itself why.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(1);
    throw error;
  }
}
