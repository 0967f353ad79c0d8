/** The action as GitHub's runner runs it, step by step, with natcheck itself and real NATs; npm alone is played. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { describeLab } from '../lab/docker/provided.ts';
import { ownedProcess } from '../owner/owned-by-test.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { inputs: INPUTS, outputs: OUTPUTS, runs } = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'));

interface Step {
  readonly id?: string;
  readonly run?: string;
  readonly 'working-directory'?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

/** A program that fails, which is right for all pairs but one. */
const LAB_FILE = `
sides: { command: "echo '::error::none of GitHub’s business'; exit 1" }
nats: [full-cone, restricted]
success: { within: 10s, exit: 0 }
expect: { table: { full-cone × restricted: direct }, otherwise: none }
`;

describeLab('the action', () => {
  let workspace: ReturnType<typeof mkdtempDisposableSync>;
  beforeEach(() => {
    workspace = mkdtempDisposableSync(join(tmpdir(), 'natcheck-action-'));
    mkdirSync(at('bin'));
    // What npm ci would do is done: natcheck is built.
    writeFileSync(at('bin', 'npm'), '#!/bin/sh\n');
    chmodSync(at('bin', 'npm'), 0o755);
    writeFileSync(at('nat-lab.yml'), LAB_FILE);
    writeFileSync(at('summary'), '');
  });
  afterEach(() => workspace.remove());
  const at = (...path: readonly string[]): string => join(workspace.path, ...path);

  /** Runs each step that is a script until one fails; returns how the last one ended, and what the action puts out. */
  async function ran(given: Readonly<Record<string, string>>) {
    const values: Record<string, string> = {};
    for (const [name, { default: value = '' }] of Object.entries<{ readonly default?: string }>(INPUTS)) {
      values[`inputs.${name}`] = given[name] ?? value;
    }
    const filled = (template = ''): string =>
      template.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => values[name] ?? '');
    let last = { code: 0, lines: [] as readonly string[] };
    for (const { id = '', run, env = {}, ...step } of runs.steps as readonly Step[]) {
      if (run === undefined || last.code !== 0) continue;
      const own = Object.entries(env).map(([name, value]) => [name, filled(value)]);
      last = await script(run, { dir: filled(step['working-directory']), env: Object.fromEntries(own) });
      for (const [name, value] of outputs()) values[`steps.${id}.outputs.${name}`] = value;
    }
    const put = Object.entries<{ readonly value: string }>(OUTPUTS).map(([name, { value }]) => [name, filled(value)]);
    const artifact = filled(runs.steps.at(-1).with.path);
    return { ...last, outputs: Object.fromEntries(put), artifact };
  }

  /** As the runner starts a step with `shell: bash`. */
  async function script(code: string, { dir, env }: { readonly dir: string; readonly env: Record<string, string> }) {
    writeFileSync(at('output'), '');
    writeFileSync(at('step.sh'), code);
    const { FORCE_COLOR: _, ...inherited } = process.env;
    const child = ownedProcess(
      spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', at('step.sh')], {
        cwd: at(dir),
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...inherited,
          PATH: `${at('bin')}:${join(process.execPath, '..')}:${process.env.PATH}`,
          DOCKER_HOST: inject('lab')?.host ?? '',
          GITHUB_ACTION_PATH: ROOT,
          GITHUB_WORKSPACE: workspace.path,
          GITHUB_OUTPUT: at('output'),
          GITHUB_STEP_SUMMARY: at('summary'),
          RUNNER_TEMP: workspace.path,
          ...env,
        },
      }),
    );
    const [stdout, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    return { code: exitCode as number, lines: stdout.split('\n') };
  }

  /** The outputs of the last step, in both of the forms that they can be written in. */
  function outputs(): readonly (readonly [name: string, value: string])[] {
    const found = readFileSync(at('output'), 'utf8').matchAll(/^(\w+)(?:=([^\n]*)|<<(\S+)\n(.*?)\n\3)$/gms);
    return [...found].map(([, name = '', line, , lines]) => [name, line ?? lines ?? '']);
  }

  it('fails where a pair does not end as it should, and shows which', async () => {
    const { code, lines, outputs: put, artifact } = await ran({ file: 'nat-lab.yml' });
    expect(code).toBe(4);
    expect(put).toEqual({ result: 'unexpected', expected: '3', total: '4', directory: at('nat-lab-results') });
    expect(lines.filter((line) => line.startsWith('::error'))).toEqual([
      expect.stringMatching(
        /^::error file=nat-lab\.yml,title=full-cone × restricted::expected direct \(as the lab file says\), got none: [ab] ended with 1, not with 0; its last words were/,
      ),
    ]);
    const summary = readFileSync(at('summary'), 'utf8');
    expect(summary).toContain('| **full-cone** | no path<br>as the lab file says | **✗ no path**<br>expected direct |');
    expect(readdirSync(artifact).toSorted()).toEqual(
      ['html', 'json', 'junit.xml', 'md', 'svg'].map((form) => `results.${form}`),
    );
  }, 120_000);

  it('succeeds where all pairs that are asked for do', async () => {
    mkdirSync(at('sub'));
    const given = { file: '../nat-lab.yml', only: 'restricted×restricted\n', 'working-directory': 'sub', out: 'nats' };
    const { code, outputs: put, artifact } = await ran(given);
    expect({ code, put, artifact }).toEqual({
      code: 0,
      put: { result: 'as-expected', expected: '1', total: '1', directory: at('sub', 'nats') },
      artifact: at('sub', 'nats'),
    });
  }, 120_000);

  it('marks the line of a lab file that cannot be read', async () => {
    writeFileSync(at('nat-lab.yml'), 'nats: [full-cone]\nsides: { comand: x }\nsuccess: { exit: 0 }\n');
    const { code, lines, outputs: put } = await ran({ file: 'nat-lab.yml' });
    expect(code).toBe(2);
    expect(lines.filter((line) => line.startsWith('::error'))).toEqual([
      '::error file=nat-lab.yml,line=2,col=10,title=natcheck::sides.comand: there is no such key here; did you mean command?',
    ]);
    expect(put).toMatchObject({ result: 'error', total: '0' });
    expect(readFileSync(at('summary'), 'utf8')).toContain('### `nat-lab.yml` could not be run');
  });
});
