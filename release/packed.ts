/** The package as it is published: packed by npm, and unpacked into a folder of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface Packed extends Disposable {
  /** A project that has natcheck in its node_modules, and nothing else. */
  readonly project: string;
  /** The folder of natcheck in it. */
  readonly dir: string;
  /** The paths of all files in the package, sorted. */
  readonly files: readonly string[];
  /** Of what is downloaded. */
  readonly archiveBytes: number;
}

/** Packs what is built. @throws Error with what npm or tar has said when one of them fails. */
export function packed(): Packed {
  const place = mkdtempDisposableSync(join(tmpdir(), 'natcheck-packed-'));
  try {
    // The build is there already, and packing would make it again.
    const said = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', place.path]);
    const [{ filename, size, files }] = JSON.parse(said) as [
      { readonly filename: string; readonly size: number; readonly files: readonly { readonly path: string }[] },
    ];
    const dir = join(place.path, 'node_modules', 'natcheck');
    mkdirSync(dir, { recursive: true });
    run('tar', ['-xzf', join(place.path, filename), '--strip-components=1', '-C', dir]);
    const paths = files.map(({ path }) => path).sort();
    return { project: place.path, dir, files: paths, archiveBytes: size, [Symbol.dispose]: () => place.remove() };
  } catch (error) {
    place.remove();
    throw error;
  }
}

function run(program: string, words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} fails: ${error?.message ?? stderr}`);
  return stdout;
}
