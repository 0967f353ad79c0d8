/** The manual page: every option of every command is in it, and roff takes all of it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands/index.ts';
import { type ShownCommand, shownCommands } from '../../cli/render/shell/command-line.ts';
import { manualPage } from '../../cli/render/shell/manual.ts';
import { ROOT } from './sample.ts';

const isThere = spawnSync('groff', ['--version']).status === 0;
if (!isThere)
  process.stderr.write('WARNING: man/natcheck.1 is NOT CHECKED by groff, since this host does not have it\n');

function shown(page: string): { readonly stderr: string; readonly lines: readonly string[] } {
  const words = ['-man', '-Tutf8', '-ww', '-P-c', '-P-b', '-P-u', '-rLL=200n'];
  const { stdout, stderr } = spawnSync('groff', words, { encoding: 'utf8', input: page });
  return { stderr, lines: stdout.split('\n').map((line) => line.trim()) };
}

it.runIf(isThere)('shows every option, without a complaint', async () => {
  const { stderr, lines } = shown(readFileSync(join(ROOT, 'man/natcheck.1'), 'utf8'));
  expect(stderr).toBe('');
  const commands = await shownCommands(COMMANDS);
  const names = commands.flatMap(({ options }) => options.flatMap((option) => option.names));
  const first = new Set(lines.flatMap((line) => line.split(/[ ,]+/)));
  expect(names.filter((name) => !first.has(name))).toEqual([]);
});

it.runIf(isThere)('shows a text as it is, whatever roff would take it for', () => {
  const odd: ShownCommand = {
    ...{ name: 'odd', summary: '.SH none', arguments: '', options: [] },
    ...{
      notes: "'br is no request\n\na\\nb -- c …\n\nterm   what it is\n  goes on",
      examples: [['natcheck odd', '.TP']],
    },
  };
  const { stderr, lines } = shown(manualPage([odd]));
  expect(stderr).toBe('');
  expect(lines).toEqual(
    expect.arrayContaining(['.SH none.', "'br is no request", 'a\\nb -- c …', 'term   what it is', 'goes on', '.TP']),
  );
});
