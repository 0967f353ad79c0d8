/** Completion for fish: a line for each command and each option. */
import { OWN_OPTIONS, type ShownCommand, type ShownOption } from './command-line.ts';

export function fishCompletion(commands: readonly ShownCommand[]): string {
  const lines = [
    '# Completion of natcheck for fish: natcheck completion fish > ~/.config/fish/completions/natcheck.fish',
    'complete -c natcheck -f',
    ...commands.map(
      ({ name, summary }) => `complete -c natcheck -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    ...OWN_OPTIONS.map((option) => lineOf(null, option)),
    ...commands.flatMap(({ name, options }) => options.map((option) => lineOf(name, option))),
  ];
  return `${lines.join('\n')}\n`;
}

function lineOf(command: string | null, { names, describe, takes, choices }: ShownOption): string {
  const when = command === null ? '' : ` -n '__fish_seen_subcommand_from ${command}'`;
  const forms = names.map((name) => (name.startsWith('--') ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`)).join('');
  const value = takes === 'nothing' ? '' : takes === 'file' ? ' -r -F' : ' -x';
  const values = choices.length > 0 ? ` -a ${quoted(choices.join(' '))}` : '';
  return `complete -c natcheck${when}${forms}${value}${values} -d ${quoted(describe)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, (character) => `\\${character}`)}'`;
}
