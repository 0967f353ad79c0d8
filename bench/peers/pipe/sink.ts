/** Compares stdin with the pattern to its end, and says on stderr what has arrived: a JSON line after the word `arrived`. */
import { readSync } from 'node:fs';
import { arrivals } from './pattern.ts';

const { take, told } = arrivals();
const buffer = Buffer.allocUnsafe(1024 * 1024);
for (let read = readSync(0, buffer); read > 0; read = readSync(0, buffer)) take(buffer.subarray(0, read));
console.error(`arrived ${JSON.stringify(told())}`);
