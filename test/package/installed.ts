/** natcheck as `npm i natcheck` puts it into a project: what it publishes, and no package beside it. */
import { existsSync, globSync, mkdirSync, mkdtempDisposableSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closureOf } from '../../lab/docker/image/app-files.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, string | { readonly types?: string }>>;
}

export const MANIFEST: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

export interface Project extends Disposable {
  readonly dir: string;
}

/**
 * Makes a project with natcheck in its node_modules, and the packages `others` with what these depend on.
 * All are links, so whoever looks into them must not follow links to where other packages are found.
 * @throws Error when natcheck is not built.
 */
export async function projectWithNatcheck(others: readonly string[]): Promise<Project> {
  if (!existsSync(join(ROOT, 'dist'))) throw new Error('natcheck is not built: there is no dist; run npm run build');
  const dependencies = await closureOf(others);
  const project = mkdtempDisposableSync(join(tmpdir(), 'natcheck-project-'));
  const modules = join(project.path, 'node_modules');
  for (const file of ['package.json', ...globSync([...MANIFEST.files], { cwd: ROOT })]) {
    link(join(ROOT, file), join(modules, 'natcheck', file));
  }
  for (const { name, dir } of dependencies) link(dir, join(modules, name));
  return { dir: project.path, [Symbol.dispose]: () => project.remove() };
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
