/** The workflow that publishes runs what is there, and holds no token. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = new URL('../../', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, ROOT), 'utf8');

interface Job {
  readonly permissions: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly steps: readonly { readonly run?: string; readonly env?: Readonly<Record<string, string>> }[];
}

const text = read('.github/workflows/publish.yml');
const { jobs, permissions }: { readonly jobs: Readonly<Record<string, Job>>; readonly permissions: object } =
  parse(text);
const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));

it('runs scripts and programs that there are', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const named = commands.flatMap((command) => [...command.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name));
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
  const programs = commands.flatMap((command) =>
    [...command.matchAll(/node (\S+\.ts)|^(\.ci\/run)$/g)].map(([, a, b]) => a ?? b ?? ''),
  );
  expect(programs).toEqual(['.ci/run', 'release/notes.ts', 'release/tagged.ts']);
  expect(programs.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
});

it('publishes only what has passed the gate, with its provenance, by no secret', () => {
  expect(permissions).toEqual({});
  expect(jobs.npm?.needs).toBe('gate');
  expect(jobs.npm?.permissions).toEqual({ contents: 'write', 'id-token': 'write' });
  expect(commands.filter((command) => command.startsWith('npm publish'))).toEqual([
    'npm publish --ignore-scripts --provenance --access public --tag "$DIST_TAG"',
  ]);
  expect(text).not.toMatch(/secrets\./);
});
