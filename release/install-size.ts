/**
 * How much an installation of natcheck takes on disk, as `du` counts it, and fails where that is more than it may be: the package
 * as it is published, which depends on no other; and beside it the optional packages, with what they bring.
 * Usage: npm run build && node release/install-size.ts
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { closureOf } from '../lab/docker/image/app-files.ts';
import { packed } from './packed.ts';

/** Without the optional packages, and without what the lab needs. */
const INSTALL_MAX_BYTES = 12_000_000;
/** What `du` calls a block (POSIX). */
const BLOCK_BYTES = 512;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

using natcheck = packed();
const manifest: Manifest = JSON.parse(readFileSync(join(natcheck.dir, 'package.json'), 'utf8'));
const required = await closureOf(Object.keys(manifest.dependencies ?? {}));
const optional = await closureOf(Object.keys(manifest.optionalDependencies));

const parts = readdirSync(natcheck.dir).map((name) => [name, onDisk(join(natcheck.dir, name))] as const);
const dist = readdirSync(join(natcheck.dir, 'dist')).map(
  (name) => [`dist/${name}`, onDisk(join(natcheck.dir, 'dist', name))] as const,
);
const packages = required.map(({ name, dir }) => [name, onDisk(dir)] as const);
const bytes = [...parts, ...packages].reduce((sum, [, size]) => sum + size, 0);

for (const row of [...dist, ...parts.filter(([name]) => name !== 'dist'), ...packages].sort(([, a], [, b]) => b - a))
  tell(row);
tell(['an installation', bytes]);
tell(['  at most', INSTALL_MAX_BYTES]);
tell(['optional packages, beside it', optional.reduce((sum, { dir }) => sum + onDisk(dir), 0)]);
tell(['what is downloaded for natcheck', natcheck.archiveBytes]);
if (bytes > INSTALL_MAX_BYTES) {
  process.stderr.write('an installation takes more than it may\n');
  process.exitCode = 1;
}

function tell([what, size]: readonly [string, number]): void {
  process.stdout.write(`${what.padEnd(32)}${(size / 1e6).toFixed(2).padStart(8)} MB\n`);
}

function onDisk(path: string): number {
  const stats = statSync(path);
  const own = stats.blocks * BLOCK_BYTES;
  if (!stats.isDirectory()) return own;
  return readdirSync(path).reduce((sum, name) => sum + onDisk(join(path, name)), own);
}
