/** Runs a program of examples/ as a user does, but over the sources in place of the built package. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import packageJson from '../../package.json' with { type: 'json' };
import { ROOT } from '../docs/sample.ts';
import { ownedProcess } from '../owner/owned-by-test.ts';

export interface ExampleRun {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** The modules that an example imports, in order. @param name of the file, without `.ts`. */
export function modulesOf(name: string): readonly string[] {
  return [...codeOf(name).matchAll(/from '([^']+)'/g)].map(([, module = '']) => module);
}

/** @param name of the file, without `.ts`. */
export async function runExample(name: string): Promise<ExampleRun> {
  // Outside the package, where Node would take `natcheck` for the built one.
  using dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-example-'));
  const file = join(dir.path, `${name}.mts`);
  writeFileSync(file, withSources(codeOf(name)));
  const child = ownedProcess(spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] }));
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

function codeOf(name: string): string {
  return readFileSync(join(ROOT, 'examples', `${name}.ts`), 'utf8');
}

/** Names the source of each of the package's exports in its place. */
function withSources(code: string): string {
  return code.replace(/'natcheck(\/[a-z-]+)?'/g, (_whole, path: string | undefined) => {
    const entry = Object.entries(packageJson.exports).find(([name]) => name === `.${path ?? ''}`)?.[1];
    if (typeof entry !== 'object') throw new Error(`natcheck${path ?? ''} is not an export of the package`);
    const source = entry.default.replace('./dist/', '').replace(/\.js$/, '.ts');
    return `'${join(ROOT, source)}'`;
  });
}
