/** The files of natcheck itself that go into the image: dist/, and the closure of the packages that it loads where they are installed. */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { IMAGE_FILES, PACKAGE_ROOT } from './package-root.ts';

export interface AppFiles {
  /** Path in the build context to path on this machine. */
  readonly files: Readonly<Record<string, string>>;
  /** What the image's tag depends on: the contents of natcheck's files, and the names and versions of the packages. */
  readonly contents: readonly (string | Uint8Array)[];
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly dir: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** @throws Error when natcheck is not built, or a dependency is not installed. */
export async function appFiles(given: string = join(PACKAGE_ROOT, 'dist')): Promise<AppFiles> {
  // A link to it is made elsewhere.
  const dist = resolve(given);
  const root = PACKAGE_ROOT;
  const programs = ['agent.pl', 'link.py'].map((name) => `programs/${name}`);
  const own = [join(root, 'package.json'), ...[...programs, 'app.Dockerfile'].map((name) => join(IMAGE_FILES, name))];
  const dependencies = await closureOf(await neededBy(root));
  const files: Record<string, string> = {
    ...Object.fromEntries(programs.map((name) => [name, join(IMAGE_FILES, name)])),
    'natcheck/package.json': join(root, 'package.json'),
    'natcheck/dist': dist,
  };
  for (const { name, dir } of dependencies) files[`natcheck/node_modules/${name}`] = dir;
  const installed = dependencies.map(({ name, version }) => `${name}@${version}`).sort();
  const built = await filesUnder(dist);
  const names = built.map((path) => path.slice(dist.length));
  const read = await Promise.all([...own, ...built].map((path) => readFile(path)));
  return { files, contents: [...installed, ...names, ...read] };
}

/**
 * Finds the packages of these names that natcheck has installed, and all that they depend on. One nested in another's
 * node_modules is not listed: it comes along with that folder.
 * @throws Error when one is not installed.
 */
export async function closureOf(names: readonly string[]): Promise<readonly InstalledPackage[]> {
  const root = await realpath(PACKAGE_ROOT);
  const found = new Map<string, InstalledPackage>();
  const visit = async (from: string, dependencies: readonly string[]): Promise<void> => {
    for (const name of dependencies) {
      const dir = await locate(name, from);
      const nested = dir.startsWith(`${from}/`) && from !== root;
      if (!nested && found.has(name)) continue;
      const { version } = await manifestIn(dir);
      if (!nested) found.set(name, { name, version, dir });
      await visit(dir, await neededBy(dir));
    }
  };
  await visit(root, names);
  return [...found.values()];
}

async function manifestIn(dir: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'));
}

/** Returns the names of what the package in this folder depends on; what is optional is named only if it is installed. */
async function neededBy(dir: string): Promise<readonly string[]> {
  const { dependencies = {}, optionalDependencies = {} } = await manifestIn(dir);
  const optional = Object.keys(optionalDependencies);
  const found = await Promise.all(optional.map((name) => find(name, dir)));
  return [...Object.keys(dependencies), ...optional.filter((_, index) => found[index] !== undefined)];
}

async function locate(name: string, from: string): Promise<string> {
  const dir = await find(name, from);
  if (dir === undefined) throw new Error(`${name}, which natcheck depends on, is not installed`);
  return dir;
}

/** Finds the folder of an installed package as Node does; a package's exports may hide its package.json. */
async function find(name: string, from: string): Promise<string | undefined> {
  // With the slash it is a package, also where Node has a module of that name.
  for (const modules of createRequire(join(from, 'package.json')).resolve.paths(`${name}/`) ?? []) {
    const dir = await realpath(join(modules, name)).catch(() => undefined);
    if (dir !== undefined) return dir;
  }
  return undefined;
}

async function filesUnder(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => {
    throw new Error(`natcheck is not built: there is no ${dir}; run npm run build`);
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
