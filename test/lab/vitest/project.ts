/** A project of somebody's, with natcheck, vitest and Testcontainers installed, and tests of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempDisposableSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { closureOf } from '../../../lab/docker/image/app-files.ts';
import { ownedProcess } from '../../owner/owned-by-test.ts';
import { ROOT } from '../../package/installed.ts';

export interface TestProject extends Disposable {
  readonly dir: string;
  /** Runs a program of the project by Node to its end. */
  run(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran>;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param files path in the project to content. */
export async function createTestProject(files: Readonly<Record<string, string>>): Promise<TestProject> {
  const project = mkdtempDisposableSync(join(tmpdir(), 'natcheck-project-'));
  const modules = join(project.path, 'node_modules');
  const installed = await closureOf(['vitest', 'testcontainers']);
  for (const { name, dir } of installed) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(dir, join(modules, name));
  }
  // Copied, since what a link leads to is no longer within node_modules, where others' code is taken as it is.
  for (const file of ['package.json', 'dist', 'lab/docker/image']) {
    cpSync(join(ROOT, file), join(modules, 'natcheck', file), { recursive: true });
  }
  for (const [path, content] of Object.entries(files)) writeFileSync(join(project.path, path), content);
  return {
    dir: project.path,
    run: (argv, env) => ran(argv, { cwd: project.path, env }),
    [Symbol.dispose]: () => project.remove(),
  };
}

interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function ran(argv: readonly string[], { cwd, env }: Place): Promise<Ran> {
  // What the run of this test has set is not for the one that it starts.
  const given = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|VITE_|TEST$|NODE_ENV$|FORCE_COLOR$)/.test(name),
  );
  const child = ownedProcess(
    spawn(process.execPath, argv, {
      cwd,
      env: { ...Object.fromEntries(given), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}
