/** The frame around the commands: version, help, wrong use, a bug, a reader that leaves. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ownedProcess } from '../owner/owned-by-test.ts';
import { natcheckHere } from './here.ts';
import { MAIN, natcheck } from './natcheck.ts';

const PACKAGE = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
const version = { code: 0, signal: null, stdout: `${PACKAGE.version}\n`, stderr: '' };

describe('natcheck', () => {
  it.each([[['--version']], [['-v']]])('%j shows the version', async (words) => {
    expect(await natcheck(words)).toEqual(version);
  });

  it.each([[['serve', '--version']], [['serve', '-v']]])('%j shows the version', async (words) => {
    expect(await natcheckHere(words)).toEqual(version);
  });

  it.each([
    [['--help'], natcheck],
    [['-h'], natcheckHere],
    [[], natcheckHere],
    [['--no-color'], natcheckHere],
  ])('%j lists the commands, each on a line', async (words, runIt) => {
    const { code, stdout, stderr } = await runIt(words);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^natcheck <command> \[options\]\n/);
    expect(stdout).toMatch(/\n {2}natcheck serve +\S/);
  });

  it.each(['pipe', 'expose', 'forward'])(
    'this Node knows what %s sets of its memory, and says nothing',
    async (name) => {
      expect(await natcheck([name, '--help'])).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it.each([
    [['lab'], ['lab', '--help']],
    [
      ['lab', '--no-color'],
      ['lab', '--help'],
    ],
    [
      ['detect', '-h'],
      ['detect', '--help'],
    ],
  ])('%j shows what %j shows', async (words, same) => {
    const [given, help] = await Promise.all([natcheckHere(words), natcheckHere(same)]);
    expect(given).toMatchObject({ code: 0, stderr: '' });
    expect(given.stdout).toMatch(new RegExp(`^natcheck ${words[0]}`));
    expect(given).toEqual(help);
  });

  it('COMMAND --help lists its options, without colour where there is no terminal', async () => {
    const { code, stdout } = await natcheck(['serve', '--help']);
    expect(code).toBe(0);
    for (const option of ['--ip', '--port', '--alt-port', '--http-port', '--software', '--no-color']) {
      expect(stdout).toContain(`\n      ${option} `);
    }
    expect(stdout).not.toContain('\u001b');
  });

  it('COMMAND --help shows no default for an argument that takes many words', async () => {
    const { stdout } = await natcheckHere(['expose', '--help']);
    expect(stdout).toContain('  target  What the other side may reach                       [array] [required]\n');
  });

  it.each([
    [['srve'], 'Unknown command: srve; did you mean serve? See natcheck --help'],
    [['frobnicate'], 'Unknown command: frobnicate; see natcheck --help'],
    [['--verbos'], 'Unknown argument: verbos; see natcheck --help'],
    [['--versoin'], 'Unknown argument: versoin; did you mean --version? See natcheck --help'],
    [['serve', '--alt-prt=1'], 'Unknown argument: alt-prt; did you mean --alt-port? See natcheck --help'],
    [['serve', 'port'], 'Unknown argument: port; see natcheck --help'],
    [
      ['lab', 'matrx'],
      'natcheck lab has no "matrx"; did you mean matrix? It has up, detect, matrix, run, exec, down, prune, doctor and schema',
    ],
    [
      ['lab', 'away'],
      'natcheck lab has no "away"; it has up, detect, matrix, run, exec, down, prune, doctor and schema',
    ],
    [['a\u001b[31m\u202e'], 'Unknown command: a\\u001b[31m\\u202e; see natcheck --help'],
  ])('%j is wrong use', async (words, line) => {
    expect(await natcheckHere(words)).toEqual({ code: 2, signal: null, stdout: '', stderr: `natcheck: ${line}\n` });
  });

  it('speaks the same language whatever the locale', async () => {
    expect((await natcheck(['srve'], { LC_ALL: 'de_DE.UTF-8' })).stderr).toContain('Unknown command');
  });

  it('takes an unforeseen exception for a bug: stack and 70', async () => {
    const broken = `import dgram from 'node:dgram'; import { syncBuiltinESMExports } from 'node:module';
      dgram.createSocket = () => { throw new TypeError('boom') }; syncBuiltinESMExports();`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(broken)}`;
    const { code, stdout, stderr } = await natcheck(['serve', '--ip', '127.0.0.1'], { NODE_OPTIONS: preload });
    expect([code, stdout]).toEqual([70, '']);
    expect(stderr).toMatch(/^natcheck: this is a bug in natcheck, please report it\nTypeError: boom\n {4}at /);
  });

  it('says the same by its exit code when the reader has left', async () => {
    const child = ownedProcess(
      spawn(process.execPath, [MAIN, 'serve', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    child.stdout.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([code, stderr]).toEqual([0, '']);
  });
});
