/** Where Testcontainers is installed: in the project that a command runs in, else beside natcheck itself. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../image/package-root.ts';
import type { Env } from './storage/runtime-dir.ts';

/** As `peerDependencies` of package.json says. */
export const OLDEST_TESTCONTAINERS = { major: 12, minor: 2 } as const;
const NAME = 'testcontainers';

export type InstalledTestcontainers =
  /** `entry`: the full path of its main file. */
  | { readonly kind: 'found'; readonly entry: string; readonly version: string; readonly dir: string }
  | { readonly kind: 'too-old'; readonly version: string; readonly dir: string }
  | { readonly kind: 'missing' };

export interface Places {
  /** A folder; its `node_modules` and those above it are looked into. */
  readonly project: string;
  /** The folder of natcheck's package.json. */
  readonly natcheck: string;
}

/** Tells a process that runs elsewhere, as a lab's keeper does, which folder the command was given in. */
export const PROJECT_VARIABLE = 'NATCHECK_LAB_PROJECT';

export function placesOf(env: Env): Places {
  return { project: env[PROJECT_VARIABLE] || process.cwd(), natcheck: PACKAGE_ROOT };
}

/** Finds the first that is not too old, in the project and then beside natcheck; else says which one is too old. */
export function findTestcontainers({ project, natcheck }: Places): InstalledTestcontainers {
  const found = [...foldersFrom(project).filter((dir) => isTrusted(dir, project)), ...foldersFrom(natcheck)].map(read);
  return (
    found.find(({ kind }) => kind === 'found') ?? found.find(({ kind }) => kind === 'too-old') ?? { kind: 'missing' }
  );
}

/** The command that installs it where it will be found. */
export function installCommand({ project, natcheck }: Places): string {
  // A package that npx has fetched is seen by that call alone.
  if (natcheck.split(/[\\/]/).includes('_npx')) return `npx -p natcheck -p ${NAME} natcheck …`;
  return isInProject(project) ? `npm i -D ${NAME}` : `npm i -g ${NAME}`;
}

/** One sentence for someone who does not have it. */
export function explainMissing(installed: Exclude<InstalledTestcontainers, { kind: 'found' }>, places: Places): string {
  const { major, minor } = OLDEST_TESTCONTAINERS;
  const wanted = `natcheck lab needs the package ${NAME}, version ${major}.${minor} or later`;
  const what =
    installed.kind === 'too-old'
      ? `that in ${installed.dir} is ${installed.version}`
      : `it is neither in ${places.project} or above it, nor beside natcheck (${places.natcheck})`;
  return `${wanted}: ${what}; ${installCommand(places)}`;
}

function foldersFrom(dir: string): readonly string[] {
  const modules = createRequire(join(dir, 'package.json')).resolve.paths(NAME) ?? [];
  return modules.map((folder) => join(folder, NAME)).filter((folder) => existsSync(join(folder, 'package.json')));
}

/**
 * Whether its code may run here: on a shared machine anyone can put packages into a folder above, such as /tmp. Those of this
 * user, of root, and of whoever owns the project are taken.
 */
function isTrusted(dir: string, project: string): boolean {
  const owners = [process.getuid?.() ?? 0, 0, ownerOf(project)];
  return [dir, dirname(dir)].every((path) => owners.includes(ownerOf(path)));
}

/** Undefined where nothing is. */
function ownerOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.uid;
}

function read(link: string): InstalledTestcontainers {
  const dir = realpathSync(link);
  const { version = '0', main = 'index.js' } = manifestIn(dir);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const { major: oldestMajor, minor: oldestMinor } = OLDEST_TESTCONTAINERS;
  const isNewEnough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  return isNewEnough ? { kind: 'found', entry: join(dir, main), version, dir } : { kind: 'too-old', version, dir };
}

function manifestIn(dir: string): { readonly version?: string; readonly main?: string } {
  try {
    return JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  } catch {
    return {}; // Half written, or by somebody else: it counts as too old.
  }
}

function isInProject(dir: string): boolean {
  if (existsSync(join(dir, 'package.json'))) return true;
  return dirname(dir) !== dir && isInProject(dirname(dir));
}
