/** The step of action.yml that runs a lab file, started as GitHub's runner starts it, with a program in the place of natcheck. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownedProcess } from '../owner/owned-by-test.ts';

const RUN = fileURLToPath(new URL('../../action/run.ts', import.meta.url));

let workspace: ReturnType<typeof mkdtempDisposableSync>;
beforeEach(() => {
  workspace = mkdtempDisposableSync(join(tmpdir(), 'natcheck-action-'));
  mkdirSync(join(workspace.path, 'sub'));
});
afterEach(() => workspace.remove());

const at = (...path: readonly string[]): string => join(workspace.path, ...path);
const contentOf = (name: string): string => readFileSync(at(name), 'utf8');

/** Writes the program that stands in for natcheck, which says with what it was started. */
function standIn(code: string): void {
  const head = "import { mkdirSync, writeFileSync } from 'node:fs';\nconst argv = process.argv.slice(2);\n";
  const say = `writeFileSync(${JSON.stringify(at('argv'))}, JSON.stringify(argv), { flag: 'a' });\n`;
  writeFileSync(at('natcheck.mjs'), `${head}${say}${code}`);
}

/** A stand-in that ends with this result, and that Markdown. */
function standInWith(result: object, { markdown, code }: { readonly markdown: string; readonly code: number }): void {
  standIn(`
    mkdirSync('results', { recursive: true });
    writeFileSync('results/results.md', ${JSON.stringify(markdown)});
    console.log(${JSON.stringify(JSON.stringify(result))});
    process.exitCode = ${code};`);
}

function started(env: Readonly<Record<string, string>> = {}) {
  for (const name of ['summary', 'output']) writeFileSync(at(name), '');
  const { FORCE_COLOR: _, ...given } = process.env;
  return ownedProcess(
    spawn(process.execPath, [RUN], {
      cwd: at('sub'),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...given,
        GITHUB_WORKSPACE: workspace.path,
        GITHUB_STEP_SUMMARY: at('summary'),
        GITHUB_OUTPUT: at('output'),
        NATCHECK_MAIN: at('natcheck.mjs'),
        NATCHECK_FILE: 'nat-lab.yml',
        NATCHECK_OUT: 'results',
        ...env,
      },
    }),
  );
}

async function ran(env: Readonly<Record<string, string>> = {}) {
  const child = started(env);
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'close'),
  ]);
  return { code, stderr, lines: stdout.split('\n') };
}

/** The outputs of the step, as the runner reads them. */
function outputs(): Readonly<Record<string, string>> {
  const found = [...contentOf('output').matchAll(/^(\w+)<<(\S+)\n(.*?)\n\2\n/gms)];
  return Object.fromEntries(found.map(([, name, , value]) => [name, value]));
}

const RIGHT = {
  a: 'full-cone',
  b: 'symmetric',
  expected: { outcome: 'direct', why: 'by simultaneous opening' },
  isAsExpected: true,
  tries: [{ outcome: 'direct', isAsExpected: true, reason: null }],
};
const WRONG = {
  ...RIGHT,
  a: 'symmetric',
  isAsExpected: false,
  tries: [
    { outcome: 'direct', isAsExpected: true, reason: null },
    { outcome: 'none', isAsExpected: false, reason: 'no line matched /100%: done, yes/' },
  ],
};

describe('a run in which all pairs end as they should', () => {
  it('passes on its inputs, adds the Markdown to the summary, and says so by its outputs', async () => {
    const result = { isAsExpected: true, isComplete: true, cells: [RIGHT] };
    standInWith(result, { markdown: '## nebula\n', code: 0 });
    const inputs = { NATCHECK_REPEAT: '3', NATCHECK_ONLY: 'a×b\n  c × d  \n\n', NATCHECK_ARGS: '--pcap\n$(id) x' };
    const { code, stderr } = await ran(inputs);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(contentOf('argv'))).toEqual([
      ...['lab', 'run', 'nat-lab.yml', '--out', 'results', '--json', '--repeat', '3'],
      ...['--only', 'a×b', '--only', 'c × d', '--pcap', '$(id) x'],
    ]);
    expect(contentOf('summary')).toBe('## nebula\n');
    expect(outputs()).toEqual({ result: 'as-expected', expected: '1', total: '1', directory: at('sub', 'results') });
  });

  it('cuts a summary that GitHub would not take, after a line', async () => {
    const markdown = `${'0123456789abcde\n'.repeat(65_536)}more`;
    standInWith({ isAsExpected: true, isComplete: true, cells: [] }, { markdown, code: 0 });
    await ran();
    const summary = contentOf('summary');
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1_048_576);
    expect(summary.slice(-52)).toBe('89abcde\n0123456789abcde\n\n… The rest is in the artifact.\n'.slice(-52));
  });
});

describe('a run in which a pair does not end as it should', () => {
  it('fails with the code of natcheck, and marks the lab file, with nothing in a message that the runner would obey', async () => {
    standInWith({ isAsExpected: false, isComplete: true, cells: [RIGHT, WRONG] }, { markdown: 'x\n', code: 4 });
    const { code, lines } = await ran();
    expect(code).toBe(4);
    expect(lines.filter((line) => line.startsWith('::error'))).toEqual([
      '::error file=sub/nat-lab.yml,title=symmetric × symmetric::' +
        'expected direct (by simultaneous opening), got none in 1 of 2 tries: no line matched /100%25: done, yes/',
    ]);
    expect(outputs()).toMatchObject({ result: 'unexpected', expected: '1', total: '2' });
  });

  it('marks ten at most, and says how many there are', async () => {
    const cells = Array.from({ length: 12 }, () => ({ ...WRONG, tries: [WRONG.tries[1]] }));
    standInWith({ isAsExpected: false, isComplete: true, cells }, { markdown: 'x\n', code: 4 });
    const { lines } = await ran();
    const errors = lines.filter((line) => line.startsWith('::error'));
    expect(errors).toHaveLength(10);
    expect(errors[9]).toBe(
      '::error file=sub/nat-lab.yml,title=natcheck::3 more; all are in the summary and in the artifact',
    );
  });

  it('fails when it ended before all pairs had run', async () => {
    standInWith({ isAsExpected: true, isComplete: false, cells: [RIGHT] }, { markdown: 'x\n', code: 0 });
    expect((await ran()).code).toBe(1);
    expect(outputs()).toMatchObject({ result: 'incomplete' });
  });
});

describe('a lab file that cannot be run', () => {
  it('is marked at each place that is wrong, and what was said is in the summary', async () => {
    standIn(`
      console.error('natcheck: nat-lab.yml:3:7: nats[1]: there is no NAT "symetric"; did you mean symmetric?');
      console.error('nat-lab.yml:9:1: sucess: no such key\\r, did you mean success?');
      console.error('other.yml:1:1: not this file');
      process.exitCode = 2;`);
    const { code, lines } = await ran();
    expect(code).toBe(2);
    expect(lines.filter((line) => line.startsWith('::error'))).toEqual([
      '::error file=sub/nat-lab.yml,line=3,col=7,title=natcheck::nats[1]: there is no NAT "symetric"; did you mean symmetric?',
      '::error file=sub/nat-lab.yml,line=9,col=1,title=natcheck::sucess: no such key%0D, did you mean success?',
    ]);
    expect(contentOf('summary')).toContain('### `nat-lab.yml` could not be run\n\n```text\nnatcheck: nat-lab.yml:3:7:');
    expect(outputs()).toMatchObject({ result: 'error', expected: '0', total: '0' });
  });

  it('is told from a machine that cannot run labs, which natcheck lab doctor is asked about', async () => {
    standIn(`
      if (argv[1] === 'doctor') console.log('missing  container engine');
      else console.error('natcheck: no container engine');
      process.exitCode = 2;`);
    const { code, lines } = await ran();
    expect(code).toBe(2);
    expect(contentOf('argv')).toContain('["lab","doctor"]');
    expect(lines).toContain('missing  container engine');
  });

  it('is asked for where the input is empty', async () => {
    standIn('');
    const { code, stderr } = await ran({ NATCHECK_FILE: '' });
    expect(code).toBe(1);
    expect(stderr).toContain('the input "file" is missing');
  });
});

it('what programs write are no commands to the runner', async () => {
  standIn("console.error('::add-path::/tmp/evil'); process.exitCode = 70;");
  const { code, lines } = await ran();
  expect(code).toBe(70);
  const [begin = '', command, blank, end] = lines;
  const token = begin.replace('::stop-commands::', '');
  expect(token).toMatch(/^[0-9a-f-]{36}$/);
  expect([command, blank, end]).toEqual(['::add-path::/tmp/evil', '', `::${token}::`]);
  expect(contentOf('summary')).toContain('```text\n::add-path::/tmp/evil\n```\n');
});

it('a run that is given up is told so, and its end waited for', async () => {
  standIn(`
    process.on('SIGINT', () => {
      console.log(JSON.stringify({ isAsExpected: true, isComplete: false, cells: [] }));
      process.exit(130);
    });
    console.error('running');
    setInterval(() => {}, 1000);`);
  const child = started();
  const closed = once(child, 'close');
  const { promise: isRunning, resolve } = Promise.withResolvers<void>();
  child.stdout?.on('data', (chunk) => String(chunk).includes('running') && resolve());
  await isRunning;
  child.kill('SIGINT');
  expect(await closed).toEqual([130, null]);
  expect(outputs()).toMatchObject({ result: 'incomplete' });
});
