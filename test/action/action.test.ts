/** action.yml has the shape that GitHub asks of a composite action, and what it passes on exists. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { inputsFrom } from '../../action/inputs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TEXT = readFileSync(join(ROOT, 'action.yml'), 'utf8');

interface Step {
  readonly id?: string;
  readonly name: string;
  readonly if?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, { readonly description: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action: Action = parse(TEXT);
const { steps } = action.runs;
const found = (pattern: RegExp): readonly string[] => [
  ...new Set([...TEXT.matchAll(pattern)].map(([, one = '']) => one)),
];

it('it is a composite action, with a description of everything', () => {
  expect(action.runs.using).toBe('composite');
  expect(action).toMatchObject({ name: 'natcheck lab', description: expect.stringMatching(/\.$/) });
  for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
    expect(description).toMatch(/^.+\.$/);
  }
});

it('each step runs a command in a shell, or another action of a fixed major version', () => {
  expect(steps.filter(({ run, uses }) => (run === undefined) === (uses === undefined))).toEqual([]);
  expect(steps.filter(({ run, shell }) => (run === undefined) !== (shell === undefined))).toEqual([]);
  expect(steps.flatMap(({ uses }) => uses ?? [])).toEqual(['actions/setup-node@v4', 'actions/upload-artifact@v4']);
});

it('every input that is named is there, and every one that is there is used', () => {
  expect(found(/\binputs\.([\w-]+)/g).toSorted()).toEqual(Object.keys(action.inputs).toSorted());
});

it('every output is that of a step before', () => {
  const ids = steps.flatMap(({ id }) => id ?? []);
  expect(found(/steps\.(\w+)\.outputs/g).filter((id) => !ids.includes(id))).toEqual([]);
  expect(Object.entries(action.outputs).map(([name, { value }]) => [name, value])).toEqual(
    ['result', 'expected', 'total', 'directory'].map((name) => [name, `\${{ steps.run.outputs.${name} }}`]),
  );
});

it('no command contains what a user writes: it comes by variables', () => {
  expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
});

it('every script that is run is there, and reads the variables that it is given', () => {
  const scripts = found(/GITHUB_ACTION_PATH\/([\w/.-]+)/g);
  expect(scripts).toEqual(['action/find-node.sh', 'action/install.sh', 'action/run.ts']);
  const texts = [...scripts, 'action/inputs.ts'].map((script) => {
    expect(existsSync(join(ROOT, script)), script).toBe(true);
    return readFileSync(join(ROOT, script), 'utf8');
  });
  const given = steps.flatMap(({ env = {} }) => Object.keys(env));
  expect(given.filter((name) => !texts.some((text) => text.includes(name)))).toEqual([]);
});

it('the results are kept whatever the run ended with', () => {
  expect(steps.at(-1)?.if).toMatch(/^always\(\) /);
});

it('the defaults of the inputs are those of the script', () => {
  const { out } = inputsFrom({ NATCHECK_FILE: 'x' });
  expect(action.inputs.out).toMatchObject({ default: out });
});
