/** The package as npm publishes it: what is in it, and that all of it works where nothing else is installed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Packed, packed } from '../../release/packed.ts';
import { MANIFEST } from './installed.ts';

/** These need vitest, which whoever imports them has; test/lab/vitest runs them. */
const OF_VITEST = ['./vitest', './vitest/setup'];

/** npm alone takes seconds on a busy machine. */
const PACKED_MS = 60_000;

let natcheck: Packed;
beforeAll(() => {
  natcheck = packed();
}, PACKED_MS);
afterAll(() => natcheck?.[Symbol.dispose]());

/** Runs Node in a project that has natcheck and nothing else. */
function node(words: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, words, { cwd: natcheck.project, encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

it('has what is built, what the lab builds its image from, the pages, the manual and the schemas, and nothing else', () => {
  const kinds = [
    /^(CHANGELOG\.md|LICENSE|README\.md|package\.json)$/,
    /^dist\/cli\/[\w-]+\.js$/,
    /^dist\/cli\/(licenses\.md|package\.json)$/,
    /^dist\/licenses\.md$/,
    /^dist\/page\/(index\.html|licenses\.md)$/,
    /^dist\/page\/assets\/[\w-]+\.(css|js|svg)$/,
    /^dist\/shared\/[\w-]+\.js$/,
    /^dist\/(lab|server|src)(\/[\w-]+)*\/[\w-]+\.d\.ts$/,
    /^dist\/(lab|server|src)(\/[\w-]+)*\/(index|setup)\.js$/,
    /^docs\/[\w-]+\.md$/,
    /^docs\/schema\/natcheck\.[\w-]+-\d+\.schema\.json$/,
    /^lab\/docker\/image\/[\w-]+\.Dockerfile$/,
    /^man\/natcheck\.1$/,
    /^lab\/docker\/image\/programs\/[\w-]+\.\w+$/,
  ];
  expect(natcheck.files.filter((path) => !kinds.some((kind) => kind.test(path)))).toEqual([]);
  expect(kinds.filter((kind) => !natcheck.files.some((path) => kind.test(path)))).toEqual([]);
});

it('needs no other package', () => {
  expect(MANIFEST).not.toHaveProperty('dependencies');
});

it.each(Object.keys(MANIFEST.exports).filter((path) => !OF_VITEST.includes(path)))('%s can be imported', (path) => {
  const words = path === './package.json' ? ", { with: { type: 'json' } }" : '';
  const program = `console.log(Object.keys(await import('${join('natcheck', path)}'${words})).length > 0)`;
  expect(node(['--input-type=module', '-e', program])).toBe('true\n');
});

it.each(Object.keys(MANIFEST.exports).filter((path) => !OF_VITEST.includes(path)))('%s can be required', (path) => {
  const program = `console.log(Object.keys(require('${join('natcheck', path)}')).length > 0)`;
  expect(node(['-e', program])).toBe('true\n');
});

it('two entries have the same of what both export', () => {
  const program = `const [lab, sim] = await Promise.all([import('natcheck/lab'), import('natcheck/sim')]);
    console.log(lab.CLASSIC_NATS.length, lab.CLASSIC_NATS === sim.CLASSIC_NATS);`;
  expect(node(['--input-type=module', '-e', program])).toBe('4 true\n');
});

it('the command runs', () => {
  const { version } = JSON.parse(readFileSync(join(natcheck.dir, 'package.json'), 'utf8'));
  expect(node(['node_modules/natcheck/dist/cli/main.js', '--version'])).toBe(`${version}\n`);
  expect(node(['node_modules/natcheck/dist/cli/main.js', 'demo', '--json'])).toMatch(/^\{"schema":"natcheck.demo\/1"/);
});

it('every package that is joined has its licence beside it', () => {
  const licences = (path: string) =>
    [...readFileSync(join(natcheck.dir, path), 'utf8').matchAll(/^## (\S+) - (\S+) \((.+)\)$/gm)].map(
      ([, name, , licence]) => [name, licence],
    );
  const all = ['dist/licenses.md', 'dist/cli/licenses.md', 'dist/page/licenses.md'].flatMap(licences);
  expect(new Set(all.map(([, licence]) => licence))).toEqual(new Set(['MIT', 'ISC', 'Apache-2.0']));
  expect(all.map(([name]) => name)).toEqual(
    expect.arrayContaining(['zod', 'ws', 'mqtt', 'yargs', 'prom-client', 'yaml']),
  );
});
