/**
 * How much a browser is sent of the page, each file compressed as the server does it, and fails where that is more than it may be.
 * Usage: npm run build && node release/page-size.ts
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const PAGE = 'dist/page';
/** With what is loaded only for the path to a friend. */
const PAGE_MAX_BYTES = 60_000;

const files = readdirSync(PAGE, { recursive: true, encoding: 'utf8' })
  // The licences are for whoever looks for them.
  .filter((name) => extname(name) !== '.md' && statSync(join(PAGE, name)).isFile())
  .map((name) => [name, gzipSync(readFileSync(join(PAGE, name)), { level: 9 }).length] as const);
const bytes = files.reduce((sum, [, size]) => sum + size, 0);

for (const row of [...files, ['the page, compressed', bytes], ['  at most', PAGE_MAX_BYTES]] as const) tell(row);
if (bytes > PAGE_MAX_BYTES) {
  process.stderr.write('the page takes more than it may\n');
  process.exitCode = 1;
}

function tell([what, size]: readonly [string, number]): void {
  process.stdout.write(`${what.padEnd(40)}${(size / 1e3).toFixed(1).padStart(8)} kB\n`);
}
