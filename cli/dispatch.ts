/** Finds the command that a command line names, checks its options, and runs it. */
import yargs, { type Argv } from 'yargs';
import { UsageError } from '../src/errors.ts';
import type { Command, Commands, Context } from './command.ts';
import { takesMany } from './config/option-value.ts';
import { readSettings, type Settings } from './config/settings.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { renderNotes } from './render/layout/notes.ts';
import { usageError } from './usage.ts';
import { readVersion } from './version.ts';

/** The width of help where the terminal's is not known; also the greatest width, since longer lines are hard to read. */
const HELP_COLUMNS = 80;
const HELP_COLUMNS_MAX = 100;
/** The options of natcheck itself. */
const OWN_OPTIONS: readonly string[] = ['help', 'version', 'no-color', 'config', 'print-config'];

interface Chosen {
  readonly command: Command;
  readonly argv: Readonly<Record<string, unknown>>;
}

/**
 * Runs the command that `words` name; shows help when they name none, or lack the arguments that the command needs.
 * @throws UsageError when `words` make no sense; otherwise what the command throws.
 */
export async function dispatch(
  words: readonly string[],
  { commands, context }: { readonly commands: Commands; readonly context: Context },
): Promise<ExitCode> {
  const name = words.find((word) => Object.hasOwn(commands, word));
  const named = name === undefined ? undefined : await commands[name]?.load();
  const columns = Math.min(context.stdout.columns ?? HELP_COLUMNS, HELP_COLUMNS_MAX);
  const settings = await readSettings(words, { command: named, env: context.env });
  const isForHelp = words.some((word) => word === '--help' || word === '-h') || isBare(words, named);
  const asked = isBare(words, named) ? [...words, '--help'] : settings.words;
  const parsing = { words: asked, commands, named, columns, settings };
  const first = await parse({ ...parsing, isForHelp });
  const { chosen } = first;
  if (!chosen) {
    const { shown } = isForHelp ? first : await parse({ ...parsing, isForHelp: true });
    context.stdout.write(`${shown}\n`);
    return EXIT.ok;
  }
  checkProgram(chosen);
  checkValues(chosen);
  if (chosen.argv['print-config'] === true) {
    const { configText } = await import('./config/print.ts');
    context.stdout.write(configText(chosen.command, { argv: chosen.argv, env: context.env }));
    return EXIT.ok;
  }
  return chosen.command.run(chosen.argv, context);
}

interface Parsing {
  readonly words: readonly string[];
  readonly commands: Commands;
  /** The command that the words name, if they name one. */
  readonly named: Command | undefined;
  readonly columns: number;
  readonly settings: Settings;
  /**
   * Whether help has its texts. The parser lays its help out at every run, shown or not, which takes as long as all else that
   * it does; so it is given them only where they are asked for, or once nothing is left to do but to show them.
   */
  readonly isForHelp: boolean;
}

/** Returns the command that was chosen, or what `--help` or `--version` shows. @throws UsageError */
async function parse(parsing: Parsing): Promise<{ readonly chosen: Chosen | undefined; readonly shown: string }> {
  const { words, commands, named, isForHelp } = parsing;
  let chosen: Chosen | undefined;
  let parser = createParser(parsing);
  for (const [each, { summary }] of Object.entries(commands)) {
    const command = each === named?.name ? named : undefined;
    parser = parser.command({
      command: [each, command?.arguments].filter(Boolean).join(' '),
      describe: isForHelp && summary,
      builder: (into) => (command ? withOptions(into, { ...parsing, command }) : into),
      handler: (argv) => {
        if (command) chosen = { command, argv: withEmptyLists(command, argv) };
      },
    });
  }
  let shown = '';
  await parser.parseAsync([...words], {}, (_error, _argv, output) => {
    shown = output;
  });
  return { chosen, shown };
}

/** Whether the words do not ask for anything yet. */
function isBare(words: readonly string[], command: Command | undefined): boolean {
  const said = words.filter((word) => word !== '--no-color');
  return command ? said.length === 1 && command.arguments?.startsWith('<') === true : said.length === 0;
}

function createParser({ words, commands, named, columns, settings }: Parsing): Argv {
  let wrongFile: Error | null = null;
  // The parser makes an error of its own of one that it is given.
  const readFile = (path: string): object => {
    const read = settings.readFile(path);
    wrongFile = read instanceof Error ? read : null;
    return read;
  };
  const fail = (message: string | null, error: Error | undefined): never => {
    if (wrongFile) throw wrongFile;
    const options = [...OWN_OPTIONS, ...Object.keys(named?.options ?? {})];
    throw usageError(message, error, { words, commands: Object.keys(commands), options }) ?? error;
  };
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
      .option('no-color', {
        type: 'boolean',
        describe: 'Show no colour and no spinner; setting NO_COLOR does the same',
      })
      .config('config', 'File with options of the command, in YAML or JSON (env NATCHECK_CONFIG)', readFile)
      .config(settings.environment)
      .option('print-config', { type: 'boolean', describe: 'Print the options as they are in use, and do nothing' })
      .version(readVersion())
      .alias('version', 'v')
      .help('help')
      .alias('help', 'h')
      .locale('en')
      .wrap(columns)
      .strict()
      // Without a command every word is taken for one; with it, a word too many is an argument.
      .strictCommands(!named)
      .exitProcess(false)
      .fail(fail)
  );
}

function withOptions(
  parser: Argv,
  { command, columns, isForHelp }: Pick<Parsing, 'columns' | 'isForHelp'> & { readonly command: Command },
): Argv {
  const { options, positionals = {}, notes, examples = [] } = command;
  const hidden = !isForHelp;
  let into = parser;
  for (const [name, positional] of Object.entries(positionals)) {
    // Help would otherwise show the empty list that yargs gives to one that takes many words.
    into = into.positional(name, { ...(positional.array && { default: undefined }), hidden, ...positional });
  }
  for (const [name, option] of inOrder(options)) {
    into = into.option(name, { ...(option.type !== 'boolean' && { requiresArg: true }), hidden, ...option });
  }
  if (!isForHelp) return into;
  for (const [line, what] of examples) into = into.example(line, what);
  return notes === undefined ? into : into.epilogue(renderNotes(notes, columns));
}

/** An object has the names 4 and 6 in front of all others, and help would have their heading first. */
function inOrder(options: Command['options']): readonly (readonly [string, Command['options'][string]])[] {
  return Object.entries(options).toSorted(([a], [b]) => Number(/^\d/.test(a)) - Number(/^\d/.test(b)));
}

/** A positional that takes many words is an empty list where there are none; yargs makes one of `undefined` without its default. */
function withEmptyLists({ positionals = {} }: Command, argv: Chosen['argv']): Chosen['argv'] {
  const many = Object.entries(positionals).filter(([name, { array }]) => array && Array.isArray(argv[name]));
  const lists = many.map(([name]) => [name, (argv[name] as unknown[]).filter((word) => word !== undefined)]);
  return { ...argv, ...Object.fromEntries(lists) };
}

/** Refuses what follows `--` where it would be taken for nothing. The parser leaves it behind the command's own name. */
function checkProgram({ command, argv }: Chosen): void {
  const [, first] = argv._ as readonly (string | number)[];
  if (first === undefined || command.takesProgram) return;
  throw new UsageError(`${first} follows --, but natcheck ${command.name} starts no program: leave -- out`);
}

/** Checks what yargs lets pass: a number that is not one, and an option with one value that is given twice. */
function checkValues({ command, argv }: Chosen): void {
  for (const [name, option] of Object.entries(command.options)) {
    const value = argv[name];
    if (Array.isArray(value) && !takesMany(option)) throw new UsageError(`--${name} is given twice`);
    if (Number.isNaN(value)) throw new UsageError(`--${name} takes a number`);
  }
}
