/**
 * The command as its users have it: joined into few files, which start in a third of the time. Once per run of the tests, and only
 * where no run has made it of the same sources before, and the gate has not built it (NATCHECK_TEST_DIST).
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, utimesSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file to give to Node. */
    readonly builtMain: string;
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** It is as deep as dist/cli is, from where natcheck looks for its package.json. */
const CACHE = join(ROOT, '.cache');
const PREFIX = 'cli-';
/** What no run has used for so long is removed. */
const KEPT_MS = 24 * 60 * 60 * 1000;

export default async function setup(project: TestProject): Promise<void> {
  const { NATCHECK_TEST_DIST: given } = process.env;
  if (given !== undefined) return project.provide('builtMain', resolve(given, 'cli/main.js'));
  const dir = join(CACHE, `${PREFIX}${digestOfSources()}`);
  if (!isThere(dir)) await buildInto(dir);
  project.provide('builtMain', join(dir, 'main.js'));
  await removeOld();
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  const sources = globSync(['{cli,lab,server,src}/**/*.ts', 'bundle.config.ts', 'package-lock.json'], { cwd: ROOT });
  for (const source of sources.sort()) hash.update(`${source}\n`).update(readFileSync(join(ROOT, source)));
  return hash.digest('hex').slice(0, 16);
}

/** Notes too that it is used. */
function isThere(dir: string): boolean {
  try {
    const now = new Date();
    utimesSync(dir, now, now);
    return true;
  } catch {
    return false;
  }
}

/** Other runs may look for it meanwhile, and build it too. */
async function buildInto(dir: string): Promise<void> {
  const unfinished = `${dir}-${process.pid}`;
  const configFile = join(ROOT, 'bundle.config.ts');
  await build({ root: ROOT, configFile, logLevel: 'error', build: { outDir: unfinished } });
  await rename(unfinished, dir).catch(async (error: NodeJS.ErrnoException) => {
    await rm(unfinished, { recursive: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

async function removeOld(): Promise<void> {
  for (const name of (await readdir(CACHE)).filter((each) => each.startsWith(PREFIX))) {
    const dir = join(CACHE, name);
    const age = Date.now() - ((await stat(dir).catch(() => null))?.mtimeMs ?? Date.now());
    if (age > KEPT_MS) await rm(dir, { recursive: true, force: true });
  }
}
