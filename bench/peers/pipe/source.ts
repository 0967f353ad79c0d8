/**
 * Writes the pattern to stdout.
 * Usage: node source.ts BYTES
 */
import { writeSync } from 'node:fs';
import { pattern } from './pattern.ts';

for (const block of pattern(Number(process.argv[2]))) {
  for (let rest = block; rest.length > 0; ) rest = rest.subarray(writeSync(1, rest));
}
