/** The door of the command: which Node it needs, said by whatever Node it is run with. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';
import { isOldNode, NODE_NEEDED } from '../../../cli/start/node-needed.ts';
import { SOURCE_MAIN } from '../natcheck.ts';

it.each([
  ['22.22.0', false],
  ['22.22.3', false],
  ['22.100.0', false],
  ['24.0.0', false],
  ['100.0.0-pre', false],
  ['22.21.9', true],
  ['20.20.2', true],
  ['9.99.99', true],
])('Node %s is too old: %s', (version, isOld) => {
  expect(isOldNode(version)).toBe(isOld);
});

it('the Node that is needed is the one of package.json', () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(engines.node).toBe(`>=${NODE_NEEDED}`);
});

it('an old Node is told so in one line, before anything else is read', (context) => {
  const old = oldNode();
  if (old === null) return context.skip('there is no old Node on this machine');
  using place = mkdtempDisposableSync(join(tmpdir(), 'natcheck-door-'));
  // As the build has them; nothing else is there to be read.
  writeFileSync(join(place.path, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(place.path, 'start'));
  for (const name of ['main', 'start/node-needed']) {
    const source = readFileSync(SOURCE_MAIN.replace(/main\.ts$/, `${name}.ts`), 'utf8');
    writeFileSync(join(place.path, `${name}.js`), stripTypeScriptTypes(source).replaceAll(".ts'", ".js'"));
  }
  const { status, stdout, stderr } = spawnSync(old.path, [join(place.path, 'main.js'), 'demo'], { encoding: 'utf8' });
  const line = `natcheck: needs Node ${NODE_NEEDED} or later, but this is Node ${old.version}\n`;
  expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: line });
});

/** On the PATH, where no package has put it. */
function oldNode(): { readonly path: string; readonly version: string } | null {
  const places = (process.env.PATH ?? '').split(delimiter).filter((place) => !place.includes('node_modules'));
  for (const path of places.map((place) => join(place, 'node')).filter(isProgram)) {
    const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim().replace(/^v/, '');
    if (/^\d+\.\d+/.test(version) && isOldNode(version)) return { path, version };
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
