/** All commands with their options, as completions and the manual show them: made from what the commands themselves are. */
import type { CommandOptions, Commands } from '../../command.ts';
import { variableOf } from '../../config/environment.ts';

export interface ShownOption {
  /** As it is written, the long form first: `--ip`, `-4`. */
  readonly names: readonly string[];
  readonly describe: string;
  readonly takes: 'nothing' | 'text' | 'number' | 'file';
  readonly choices: readonly string[];
  readonly isRepeated: boolean;
  /** The value without it; null if there is none. */
  readonly usual: string | null;
  readonly variable: string;
}

export interface ShownCommand {
  readonly name: string;
  readonly summary: string;
  /** The positional arguments, such as `<action> [name]`; empty if there are none. */
  readonly arguments: string;
  readonly options: readonly ShownOption[];
  readonly notes: string;
  readonly examples: readonly (readonly [command: string, what: string])[];
}

/** The options of natcheck itself, which every command takes. */
export const OWN_OPTIONS: readonly ShownOption[] = shownOptions({
  config: { type: 'string', describe: 'File with options of the command, in YAML or JSON' },
  'print-config': { type: 'boolean', describe: 'Print the options as they are in use, and do nothing' },
  'no-color': { type: 'boolean', describe: 'Show no colour and no spinner; setting NO_COLOR does the same' },
  help: { type: 'boolean', alias: 'h', describe: 'Show help' },
  version: { type: 'boolean', alias: 'v', describe: 'Show the version' },
});

/** Loads every command. */
export async function shownCommands(commands: Commands): Promise<readonly ShownCommand[]> {
  return Promise.all(
    Object.entries(commands).map(async ([name, { summary, load }]) => {
      const { arguments: words = '', options, notes = '', examples = [] } = await load();
      const written = examples.map(([line, what]) => [line.replace('$0', 'natcheck'), what] as const);
      return { name, summary, arguments: words, options: shownOptions(options), notes, examples: written };
    }),
  );
}

function shownOptions(options: CommandOptions): readonly ShownOption[] {
  return Object.entries(options).map(([name, option]) => {
    const { alias = [], choices = [], describe = '', array, type } = option;
    const usual = option.defaultDescription ?? option.default;
    return {
      names: [name, ...[alias].flat()].map((one) => (one.length === 1 ? `-${one}` : `--${one}`)),
      describe: String(describe),
      takes: type === 'boolean' ? 'nothing' : type === 'number' ? 'number' : namesFile(String(describe)),
      choices: choices.map(String),
      isRepeated: array === true,
      usual: usual === undefined ? null : String(usual),
      variable: variableOf(name),
    };
  });
}

function namesFile(describe: string): 'file' | 'text' {
  return /^(PEM )?file\b|\bdirectory for\b|\bfile to\b/i.test(describe) ? 'file' : 'text';
}
