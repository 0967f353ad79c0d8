/**
 * Keeps, of all declarations that the compiler has written to dist, those that the entries need: the others are of parts that
 * are not exported. Fails where one that is kept names a package that its users do not have.
 */
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Whoever imports `natcheck/vitest` has it. */
const OF_USERS = /^(?:node:|vitest(?:\/|$)|testcontainers$)/;
const IMPORTED = /\b(?:from|import)\s*\(?\s*'([^']+)'/g;

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
};

const needed = new Set<string>();
const foreign: string[] = [];
for (const to of Object.values(exports)) if (typeof to !== 'string') need(resolve(ROOT, to.types));
for (const file of globSync('dist/**/*.d.ts', { cwd: ROOT }).map((name) => resolve(ROOT, name))) {
  if (!needed.has(file)) rmSync(file);
}
if (foreign.length > 0) {
  process.stderr.write(`published types name packages that users do not have:\n${foreign.join('\n')}\n`);
  process.exitCode = 1;
}

function need(file: string): void {
  if (needed.has(file)) return;
  needed.add(file);
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(IMPORTED)) {
    if (from.startsWith('.')) need(resolve(dirname(file), from.replace(/\.(?:ts|js)$/, '.d.ts')));
    else if (!OF_USERS.test(from)) foreign.push(`${file}: ${from}`);
  }
}
