/** Compiles a C program of the benchmarks on the spot. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram } from '../../lab/docker/engine/provision.ts';

const run = promisify(execFile);

/** Gives the path of the program; null where there is no compiler, or it does not take the source. */
export async function compile(name: 'stun-load' | 'relay-load', folder: string): Promise<string | null> {
  const compiler = await findProgram('cc');
  if (compiler === undefined) return null;
  const to = join(folder, name);
  const source = fileURLToPath(new URL(`../peers/server/${name}.c`, import.meta.url));
  return run(compiler, ['-O2', '-o', to, source]).then(
    () => to,
    () => null,
  );
}
