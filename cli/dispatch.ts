/** From the words of a command line to the command that they name, with its options checked. */
import yargs, { type Argv, type Options } from 'yargs';
import { UsageError } from '../src/errors.ts';
import type { Command, Commands, Context } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { readVersion } from './version.ts';

interface Chosen {
  readonly command: Command;
  readonly argv: Readonly<Record<string, unknown>>;
}

/**
 * Runs what `words` ask for.
 * @throws UsageError when they ask for nothing there is; otherwise what the command throws.
 */
export async function dispatch(
  words: readonly string[],
  { commands, context }: { readonly commands: Commands; readonly context: Context },
): Promise<ExitCode> {
  let chosen: Chosen | undefined;
  const named = words.some((word) => Object.hasOwn(commands, word));
  // Without a command every word is taken for one; with it, a word too many is an argument.
  let parser: Argv = createParser().strictCommands(!named);
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = words.includes(name) ? await load() : undefined;
    parser = parser.command({
      command: [name, command?.arguments].filter(Boolean).join(' '),
      describe: summary,
      builder: (into) => (command ? withOptions(into, command) : into),
      handler: (argv) => {
        if (command) chosen = { command, argv };
      },
    });
  }
  const shown = await parse(parser, words);
  if (!chosen) {
    context.stdout.write(`${shown}\n`);
    return EXIT.ok;
  }
  checkValues(chosen);
  return chosen.command.run(chosen.argv, context);
}

function createParser(): Argv {
  return (
    yargs()
      .scriptName('natcheck')
      .usage('$0 <command> [options]')
      // --no-color is an option of its own, an array takes one value each time it is named,
      // and the words of a program to run are its own.
      .parserConfiguration({
        'boolean-negation': false,
        'greedy-arrays': false,
        'dot-notation': false,
        'parse-positional-numbers': false,
      })
      .option('no-color', { type: 'boolean', describe: 'No colour and no spinner; so does NO_COLOR' })
      .version(readVersion())
      .locale('en')
      .demandCommand(1, 'no command')
      .strict()
      .exitProcess(false)
      .fail((message, error) => {
        throw usageError(message, error) ?? error;
      })
  );
}

/** Null for an exception that is not the parser's own. */
function usageError(message: string | null, error: Error | undefined): UsageError | null {
  if (error && error.name !== 'YError') return null;
  const line = (message ?? error?.message ?? 'wrong usage').replaceAll(/\s*\n\s*/g, ' ');
  return new UsageError(`${line}; see natcheck --help`);
}

function withOptions(parser: Argv, { options, positionals = {}, notes, examples = [] }: Command): Argv {
  let into = parser;
  for (const [name, positional] of Object.entries(positionals)) into = into.positional(name, positional);
  for (const [name, option] of Object.entries(options)) {
    into = into.option(name, option.type === 'boolean' ? option : { requiresArg: true, ...option });
  }
  for (const [line, what] of examples) into = into.example(line, what);
  return notes === undefined ? into : into.epilogue(notes);
}

/** What `--help` or `--version` shows. */
async function parse(parser: Argv, words: readonly string[]): Promise<string> {
  let shown = '';
  await parser.parseAsync([...words], {}, (_error, _argv, output) => {
    shown = output;
  });
  return shown;
}

/** What yargs lets pass: a number that is none, and an option given twice that has one value. */
function checkValues({ command, argv }: Chosen): void {
  for (const [name, option] of Object.entries(command.options)) {
    const value = argv[name];
    if (Array.isArray(value) && !takesMany(option)) throw new UsageError(`--${name} is given twice`);
    if (Number.isNaN(value)) throw new UsageError(`--${name} takes a number`);
  }
}

function takesMany({ array, type }: Options): boolean {
  return array === true || type === 'array' || type === 'count';
}
