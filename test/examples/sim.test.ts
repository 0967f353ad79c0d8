/** The example of the simulated lab runs as it is written, and its table is what arithmetic says of a simultaneous open. */
import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../docs/sample.ts';

/** Runs the example with its import of the package led to the sources. */
function runExample(): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const code = readFileSync(join(ROOT, 'examples/sim.ts'), 'utf8');
  expect(code.match(/from '[^']+'/g)).toEqual(["from 'natcheck/sim'"]);
  using dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-example-'));
  const file = join(dir.path, 'sim.mts');
  writeFileSync(file, code.replace("'natcheck/sim'", `'${join(ROOT, 'lab/sim/index.ts')}'`));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

it('two peers get through all pairs but symmetric with port-restricted or symmetric', () => {
  const { status, stdout, stderr } = runExample();
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.slice(0, -1)).toEqual([
    '                 full-cone        restricted       port-restricted  symmetric',
    'full-cone        through          through          through          through',
    'restricted       through          through          through          through',
    'port-restricted  through          through          through          -',
    'symmetric        through          through          -                -',
  ]);
  expect(lines.at(-1)).toMatch(/^16 pairs in \d{1,4} ms$/);
});
