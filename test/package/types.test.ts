/**
 * The types that natcheck publishes are right for whoever installs it: strict, without `skipLibCheck`, and with no package
 * but Node's types.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportedNames } from './exported-names.ts';
import { MANIFEST, type Project, projectWithNatcheck, ROOT } from './installed.ts';

/** They name types of vitest, so that only a project with vitest can import them; this one has none. */
const OF_VITEST = ['./vitest', './vitest/setup'];

const ENTRIES = Object.entries(MANIFEST.exports).flatMap(([path, to]) =>
  typeof to !== 'string' && to.types && !OF_VITEST.includes(path)
    ? [{ entry: join('natcheck', path), types: to.types }]
    : [],
);

const RESOLUTIONS = [
  { moduleResolution: 'nodenext', module: 'nodenext' },
  { moduleResolution: 'bundler', module: 'esnext' },
];

let project: Project;
beforeAll(async () => {
  project = await projectWithNatcheck(['@types/node']);
});
afterAll(() => project?.[Symbol.dispose]());

/** What the compiler says of a file with these lines, in the project. */
function compilerOutput(lines: readonly string[], resolution: object): string {
  const compilerOptions = {
    ...resolution,
    target: 'es2022',
    lib: ['es2022'],
    strict: true,
    skipLibCheck: false,
    types: ['node'],
    // What is found beside a package's real folder is not installed in the project.
    preserveSymlinks: true,
    noEmit: true,
  };
  writeFileSync(join(project.dir, 'consumer.ts'), lines.join('\n'));
  writeFileSync(join(project.dir, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project.dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: project.dir, encoding: 'utf8' }).stdout;
}

it('every entry for code has types, and exports something', () => {
  const paths = Object.keys(MANIFEST.exports).filter((path) => path !== './package.json' && !OF_VITEST.includes(path));
  expect(ENTRIES.map(({ entry }) => entry)).toEqual(paths.map((path) => join('natcheck', path)));
  expect(ENTRIES.filter(({ types }) => exportedNames(join(ROOT, types)).length === 0)).toEqual([]);
});

it.each(RESOLUTIONS)('every name that is exported can be imported under $moduleResolution', (resolution) => {
  const lines = ENTRIES.flatMap(({ entry, types }, index) => [
    `import * as all${index} from '${entry}';`,
    `import type { ${exportedNames(join(ROOT, types))
      .map((name) => `${name} as ${name}${index}`)
      .join(', ')} } from '${entry}';`,
    `export { all${index} };`,
  ]);
  expect(compilerOutput(lines, resolution)).toBe('');
});

it.each(RESOLUTIONS)('what is not exported, or not installed, is an error under $moduleResolution', (resolution) => {
  const lines = [
    "import type { NotThere } from 'natcheck/server';",
    "import type Docker from 'dockerode';",
    "import type { Argv } from 'yargs';",
    'export type All = [NotThere, Docker, Argv];',
  ];
  expect([...compilerOutput(lines, resolution).matchAll(/^(.+): error (\w+):/gm)].map(([, ...where]) => where)).toEqual(
    [
      ['consumer.ts(1,15)', 'TS2305'],
      ['consumer.ts(2,25)', 'TS2307'],
      ['consumer.ts(3,27)', 'TS2307'],
    ],
  );
});
