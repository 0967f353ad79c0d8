/** `natcheck completion`: what each shell is told, which bash shows by completing. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../cli/commands/index.ts';
import { bashCompletion } from '../../../cli/render/shell/bash.ts';
import { type ShownCommand, shownCommands } from '../../../cli/render/shell/command-line.ts';
import { fishCompletion } from '../../../cli/render/shell/fish.ts';
import { zshCompletion } from '../../../cli/render/shell/zsh.ts';
import { natcheckHere } from '../here.ts';

const folder = mkdtempSync(join(tmpdir(), 'natcheck-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));

let commands: readonly ShownCommand[];
beforeAll(async () => {
  commands = await shownCommands(COMMANDS);
});

/** A command whose texts have all that a shell might take for its own. */
const ODD: ShownCommand = {
  ...{ name: 'odd', summary: "it's $HOME: `x`", arguments: '', notes: '', examples: [] },
  options: [
    {
      ...{ names: ['--mode', '-m'], describe: "[a]: 'b' $(c) \\ d", takes: 'text', isRepeated: true },
      ...{ choices: ['fast', 'slow'], usual: null, variable: 'NATCHECK_MODE' },
    },
  ],
};

describe('bash', () => {
  /** What it offers for the last of the words. */
  function offered(words: readonly string[], among = commands): readonly string[] {
    const file = join(folder, 'natcheck.bash');
    writeFileSync(file, bashCompletion(among));
    const script =
      'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _natcheck; IFS=$\'\\n\'; echo "$' + '{COMPREPLY[*]}"';
    const { stdout, stderr } = spawnSync('bash', ['-c', script, file, 'natcheck', ...words], { encoding: 'utf8' });
    expect(stderr.replaceAll(/.*compopt: not currently executing completion function\n/g, '')).toBe('');
    return stdout.split('\n').filter(Boolean);
  }

  it('offers the commands, and then the options of one', () => {
    expect(offered([''])).toEqual(expect.arrayContaining(Object.keys(COMMANDS)));
    expect(offered(['d'])).toEqual(['detect', 'demo']);
    expect(offered(['serve', '--log-'])).toEqual(['--log-level', '--log-format', '--log-addresses']);
    expect(offered(['detect', '--log-'])).toEqual([]);
    expect(offered(['serve', '--relay', '--print'])).toEqual(['--print-config']);
  });

  it('offers the values of an option that has a few, and none of one that takes any', () => {
    expect(offered(['serve', '--log-level', ''])).toEqual(['error', 'warn', 'info', 'debug']);
    expect(offered(['serve', '--port', ''])).toEqual([]);
  });

  it('runs nothing of the texts', () => {
    expect(offered(['odd', '-m', 's'], [ODD])).toEqual(['slow']);
  });
});

describe('the others', () => {
  it('zsh has every option with what it is, and its values', () => {
    const lines = zshCompletion([ODD]).split('\n');
    expect(lines).toContain("        'odd:it'\\''s $HOME: `x`'");
    const odd = lines.find((line) => line.includes('--mode')) ?? '';
    expect(odd.trim()).toBe(
      "'*--mode[\\[a\\]\\: '\\''b'\\'' $(c) \\\\ d]:text:(fast slow)' '*-m[\\[a\\]\\: '\\''b'\\'' $(c) \\\\ d]:text:(fast slow)' \\",
    );
  });

  it('fish has a line for every option', () => {
    const lines = fishCompletion([ODD]).split('\n');
    expect(lines).toContain("complete -c natcheck -n __fish_use_subcommand -a odd -d 'it\\'s $HOME: `x`'");
    expect(lines.at(-2)).toBe(
      "complete -c natcheck -n '__fish_seen_subcommand_from odd' -l mode -s m -x -a 'fast slow' -d '[a]: \\'b\\' $(c) \\\\ d'",
    );
  });

  const SHELLS = [
    ['zsh', zshCompletion, '-n'],
    ['fish', fishCompletion, '--no-execute'],
  ] as const;
  for (const [shell, make, check] of SHELLS) {
    const isThere = spawnSync(shell, ['--version']).status === 0;
    if (!isThere)
      process.stderr.write(`WARNING: ${shell} does NOT CHECK its completion, since this host does not have it\n`);
    it.runIf(isThere)(`${shell} takes it`, () => {
      const file = join(folder, shell);
      writeFileSync(file, make([...commands, ODD]));
      const { status, stderr } = spawnSync(shell, [check, file], { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });
  }
});

describe('natcheck completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints that of %s', async (shell) => {
    const { code, stdout, stderr } = await natcheckHere(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`Completion of natcheck for ${shell}`));
    expect(stdout).toContain('metrics-listen');
  });

  it('knows no other shell', async () => {
    expect(await natcheckHere(['completion', 'csh'])).toMatchObject({
      code: 2,
      stderr: "natcheck: natcheck completion takes bash, zsh or fish, not 'csh'\n",
    });
  });
});
