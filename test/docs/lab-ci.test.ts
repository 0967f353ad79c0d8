/** The recipes for CI are YAML, and pass the action inputs that it has. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './sample.ts';

const PAGE = readFileSync(`${ROOT}docs/lab-ci.md`, 'utf8');
const RECIPES = [...PAGE.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = '']) => parse(yaml));
const ACTION = parse(readFileSync(`${ROOT}action.yml`, 'utf8'));

it('each recipe is a job', () => {
  expect(RECIPES.map((recipe) => Object.keys(recipe))).toEqual([
    ['name', 'on', 'jobs'],
    ['name', 'on', 'jobs'],
    ['nat-lab'],
    ['nat-lab'],
  ]);
  for (const { jobs, 'nat-lab': job } of RECIPES) {
    const { steps, script } = job ?? jobs['nat-lab'];
    expect(JSON.stringify(steps ?? script)).toContain('nat-lab.yml');
  }
});

it('the action is given inputs that it has, and the table lists them all, with their defaults', () => {
  const steps: readonly { readonly uses?: string; readonly with?: object }[] = RECIPES[0].jobs['nat-lab'].steps;
  const { with: given = {} } = steps.find(({ uses }) => uses?.includes('natcheck')) ?? {};
  const inputs = Object.keys(ACTION.inputs);
  expect(Object.keys(given).filter((name) => !inputs.includes(name))).toEqual([]);
  const listed = [...PAGE.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(inputs.toSorted());
  for (const name of ['out', 'artifact']) {
    expect(PAGE).toMatch(new RegExp(`^\\| \`${name}\` +\\| \`${ACTION.inputs[name].default}\` `, 'm'));
  }
});
