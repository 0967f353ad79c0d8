/** The compose files: every option and variable in them is one of natcheck serve, and its own configuration takes them all. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { serve } from '../../cli/commands/serve.ts';
import { ownVariable, variableOf } from '../../cli/config/environment.ts';
import { natcheckHere } from '../cli/here.ts';
import { ROOT } from '../docs/sample.ts';

const FOLDER = join(ROOT, 'deploy/compose');

interface Service {
  readonly image: string;
  readonly build?: unknown;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const VARIABLES = new Set(
  Object.entries(serve.options).flatMap(([name, option]) => [
    variableOf(name),
    ownVariable(option) ?? variableOf(name),
  ]),
);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yml'));

it('there are some', () => {
  expect(files).toContain('one.yml');
});

describe.each(files)('%s', (name) => {
  const { services } = parse(readFileSync(join(FOLDER, name), 'utf8'), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
  };
  const servers = Object.entries(services).filter(([, { image }]) => image === 'natcheck');

  it('has a server', () => {
    expect(servers.length).toBeGreaterThan(0);
  });

  it.each(servers)(
    'starts %s with options and variables that there are',
    async (_, { command = [], environment = {} }) => {
      const unknown = Object.keys(environment).filter(
        (variable) => /^NATCHECK_/.test(variable) && !VARIABLES.has(variable),
      );
      expect(unknown).toEqual([]);
      const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, filled(String(value))]));
      const { code, stderr } = await natcheckHere([...command.map(filled), '--print-config'], env);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );
});

/** As compose fills in variables: a default where there is one, and some value where there has to be one. */
function filled(text: string): string {
  return text.replaceAll(/\$\{\w+(?::([-?])([^}]*))?\}/g, (_, kind: string, rest: string) =>
    kind === '-' ? rest : 'x',
  );
}
