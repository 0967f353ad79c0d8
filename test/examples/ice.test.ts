/** The example of two ICE agents runs as it is written, against the sources in place of the built package. */
import { execFile } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGE = "'natcheck/ice'";

it('two agents connect over loopback, one datagram goes across, and the other hears that the path is closed', async () => {
  const code = readFileSync(join(ROOT, 'examples/ice.ts'), 'utf8');
  expect(code).toContain(`from ${PACKAGE};`);
  // No package.json says there that it is a module, so its name does.
  using dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-example-'));
  const file = join(dir.path, 'ice.mts');
  writeFileSync(file, code.replace(PACKAGE, `'${join(ROOT, 'src/ice/index.ts')}'`));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
  const [, a, b] = /^alice is connected: (127\.0\.0\.1:\d+) -> (127\.0\.0\.1:\d+)$/m.exec(stdout) ?? [];
  expect(stdout.split('\n')).toEqual([
    `alice is connected: ${a} -> ${b}`,
    `bob is connected: ${b} -> ${a}`,
    'bob has received: hello',
    'alice has left',
    '',
  ]);
  expect(stderr).toBe('');
});
