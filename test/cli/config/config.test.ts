/** The options of a command from the environment and from a file: which of them wins, and what is said of a wrong one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../cli/commands/index.ts';
import { variableOf } from '../../../cli/config/environment.ts';
import { natcheckHere, natcheckReadyHere } from '../here.ts';

const folder = mkdtempSync(join(tmpdir(), 'natcheck-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string, name = 'natcheck.yml'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What `natcheck serve … --print-config` prints beyond what it prints without all that. */
async function printed(words: readonly string[], env: Record<string, string> = {}): Promise<readonly string[]> {
  const usual = await allPrinted([]);
  return (await allPrinted(words, env)).filter((line) => !usual.includes(line));
}

async function allPrinted(words: readonly string[], env: Record<string, string> = {}): Promise<readonly string[]> {
  const { code, stdout, stderr } = await natcheckHere(['serve', '--print-config', ...words], env);
  expect([code, stderr]).toEqual([0, '']);
  const [first, ...lines] = stdout.trimEnd().split('\n');
  expect(first).toBe('# natcheck serve');
  return lines;
}

const said = async (words: readonly string[], env: Record<string, string> = {}) => {
  const { code, stdout, stderr } = await natcheckHere(['serve', ...words], env);
  return { code, stdout, stderr };
};
const wrong = (line: string) => ({ code: 2, stdout: '', stderr: `natcheck: ${line}\n` });

describe('the options of a command', () => {
  it('come from the environment, several words where an option takes several', async () => {
    const env = { NATCHECK_IP: '127.0.0.1 127.0.0.2', NATCHECK_PORT: '7', NATCHECK_RELAY: '1', NATCHECK_SOFTWARE: '9' };
    expect(await printed([], env)).toEqual([
      'ip:',
      '  - 127.0.0.1',
      '  - 127.0.0.2',
      'port: 7',
      'relay: true',
      'software: "9"',
    ]);
  });

  it.each([
    ['YAML', 'port: 7 # UDP\nip: [127.0.0.1]\nopen-relay: true\nsoftware: 1.10\n'],
    ['JSON', '{ "port": 7, "ip": "127.0.0.1", "open-relay": true, "software": "1.10" }'],
  ])('come from a file in %s', async (_, text) => {
    expect(await printed(['--config', fileOf(text)])).toEqual([
      'ip:',
      '  - 127.0.0.1',
      'port: 7',
      'open-relay: true',
      'software: "1.10"',
    ]);
  });

  it('are those of the command line, then those of the environment, then those of the file', async () => {
    const file = fileOf('port: 1\nalt-port: 1\nhttp-port: 1\nip: [127.0.0.1]\n');
    const env = { NATCHECK_ALT_PORT: '2', NATCHECK_HTTP_PORT: '2', NATCHECK_IP: '127.0.0.2' };
    const ports = ['ip:', '  - 127.0.0.2', 'port: 1', 'alt-port: 2', 'http-port: 3'];
    expect(await printed(['--config', file, '--http-port', '3'], env)).toEqual(ports);
    expect(await printed(['--http-port', '3'], { ...env, NATCHECK_CONFIG: file })).toEqual(ports);
    expect(await printed(['--http-port', '3', '--config', fileOf('', 'empty.yml')], env)).toEqual([
      'ip:',
      '  - 127.0.0.2',
      'alt-port: 2',
      'http-port: 3',
    ]);
  });

  it('leave a variable alone that is empty, or that the command does not have', async () => {
    const env = { NATCHECK_PORT: '', NATCHECK_SERVER: 'a.example', NATCHECK_LOCAL_PORT: '5' };
    expect(await printed([], env)).toEqual([]);
  });

  it('start a server', async () => {
    const file = fileOf('ip: [127.0.0.1]\nport: 0\nalt-port: 0\nhttp-port: 0\nauth-token: a\n');
    await using server = await natcheckReadyHere(['serve'], { NATCHECK_CONFIG: file, NATCHECK_IP: '127.0.0.2' });
    expect(server.lines[2]).toMatch(/^Rooms {2}ws:\/\/127\.0\.0\.2:\d+ {2}token required$/);
  });
});

describe('--print-config', () => {
  it('masks every secret, wherever it comes from', async () => {
    const env = { NATCHECK_RELAY_SECRET: 'hush', NATCHECK_TOKEN: 'hush' };
    const lines = await printed(['--relay', '--relay-user', 'a:hush', '--metrics-token', 'hush'], env);
    expect(lines).toEqual([
      '# auth-token: (set, and not shown)',
      '# metrics-token: (set, and not shown)',
      'relay: true',
      '# relay-user: (set, and not shown)',
      '# relay-secret: (set, and not shown)',
    ]);
  });

  it('prints what --config takes', async () => {
    const { stdout } = await natcheckHere(['serve', '--print-config', '--ip', '127.0.0.1', '--relay', '--port', '5']);
    expect((await natcheckHere(['serve', '--print-config', '--config', fileOf(stdout)])).stdout).toBe(stdout);
  });

  it('shows nothing of any option that is said to be secret', async () => {
    for (const { load } of Object.values(COMMANDS)) {
      const { name, options } = await load();
      const secret = Object.entries(options).filter(([, { describe }]) =>
        /secret|password|\btoken\b/i.test(String(describe)),
      );
      for (const [key, { type }] of secret) {
        if (type !== 'string' || ['turn-url', 'code-fd', 'open-relay'].includes(key)) continue;
        const { configText } = await import('../../../cli/config/print.ts');
        const text = configText({ name, options, run: async () => 0 }, { argv: { [key]: 'hush' }, env: {} });
        expect(text, `${name} --${key}`).not.toContain('hush');
      }
      const env = {
        NATCHECK_CODE: 'hush',
        NATCHECK_TOKEN: 'hush',
        NATCHECK_TURN_USER: 'hush',
        NATCHECK_RELAY_SECRET: 'hush',
      };
      const { configText } = await import('../../../cli/config/print.ts');
      expect(configText({ name, options, run: async () => 0 }, { argv: {}, env }), name).not.toContain('hush');
    }
  });
});

describe('a wrong option', () => {
  it('of a file is told with its place, and what may have been meant', async () => {
    const file = fileOf('ip: [127.0.0.1]\nhtp-port: 3\nport: many\nrelay: maybe\nsoftware: { a: b }\nxyzzy: 1\n');
    const problems = [
      `${file}:2:1: htp-port: there is no such option: did you mean http-port?`,
      `${file}:3:7: port: this has to be a number`,
      `${file}:4:8: relay: this has to be true or false`,
      `${file}:5:11: software: this has to be text`,
      `${file}:6:1: xyzzy: there is no such option`,
    ];
    expect(await said(['--config', file])).toEqual(wrong(problems.join('; ')));
  });

  it.each([
    ['- 1\n', ':1:1: this has to be keys and values, such as port: 3478'],
    ['port: 1\nport: 2\n', ':2:1: the key port is there twice'],
    [
      'port: [1\n',
      ':2:1: this is not YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['__proto__: 1\n', ':1:1: nothing can have the name __proto__'],
    ['constructor: 1\n', ':1:1: constructor: there is no such option'],
    ['ip: [[127.0.0.1]]\n', ':1:5: ip: this has to be text, or a list of that'],
  ])('is in the file %j', async (text, problem) => {
    const file = fileOf(text);
    expect(await said(['--config', file])).toEqual(wrong(`${file}${problem}`));
  });

  it.each([
    [{ NATCHECK_PORT: 'stun' }, "NATCHECK_PORT is 'stun': --port takes a number"],
    [{ NATCHECK_RELAY: 'maybe' }, "NATCHECK_RELAY is 'maybe': --relay takes true or false"],
    [
      { NATCHECK_CONFIG: '/nowhere.yml' },
      'cannot read the --config file /nowhere.yml: there is no such file or directory [ENOENT]',
    ],
  ])('is in %j', async (env, line) => {
    expect(await said([], env)).toEqual(wrong(line));
  });

  it('is a second file', async () => {
    const file = fileOf('port: 1\n');
    expect(await said(['--config', file, '--config', file])).toEqual(wrong('--config is given twice'));
  });
});

it('a variable has the name of its option', () => {
  expect(variableOf('relay-allow-peer')).toBe('NATCHECK_RELAY_ALLOW_PEER');
});
