/** A command as the frame sees it: its name, its options, and one function that does the work. */
import type { InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { ExitCode } from './exit-code.ts';
import type { TextOutput } from './output.ts';

/** The signals that end a command. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** All that a command may know about the process that it runs in. */
export interface Context {
  /** Takes results only. */
  readonly stdout: TextOutput;
  /** Takes progress and diagnostics. */
  readonly stderr: TextOutput;
  /** The underlying streams, for a spinner, and for the output of a program that the user runs in the lab. */
  readonly streams: Readonly<Record<'stdout' | 'stderr', NodeJS.WritableStream>>;
  /** Aborts on the first SIGINT, SIGTERM or SIGHUP; a command that rethrows its reason ends the process by that signal. */
  readonly signal: AbortSignal;
  /**
   * Hands every signal to the command, which then does not abort, until the registration is disposed of; one for which
   * `take` returns 'pass' aborts all the same.
   */
  readonly takeSignals: (take: (signal: Signal) => unknown) => Disposable;
  /** Whether stdout is a terminal that wants colour. */
  readonly color: boolean;
  /** Whether stderr is a terminal on which a spinner may turn. */
  readonly spinner: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type CommandOptions = Readonly<Record<string, Options>>;

/** Puts options under a heading of their own in `--help`. */
export function grouped<const O extends CommandOptions>(group: string, options: O): O {
  const entries = Object.entries(options).map(([name, option]) => [name, { group, ...option }]);
  return Object.fromEntries(entries) as O;
}

/** The headings of the options that a meeting has. */
export const GROUPS = { where: 'Where to meet:', path: 'Which path:', output: 'Output:' } as const;

export interface CommandDefinition<O extends CommandOptions> {
  readonly name: string;
  /** The positional arguments after the name, such as `<action> [name]`, if there are any. */
  readonly arguments?: string;
  readonly positionals?: Readonly<Record<string, PositionalOptions>>;
  /** Whether a program and its arguments may follow `--`. */
  readonly takesProgram?: boolean;
  readonly options: O;
  /** Paragraphs after the options in `--help`. */
  readonly notes?: string;
  readonly examples?: readonly (readonly [command: string, what: string])[];
  /**
   * Does the work; `argv` holds the options by their names as they are written, each of its type or undefined.
   * @throws UsageError for wrong use; any other exception is a bug.
   */
  run(argv: InferredOptionTypes<O>, context: Context): Promise<ExitCode>;
}

/** A command whose option types only the command itself knows. */
export interface Command extends Omit<CommandDefinition<CommandOptions>, 'run'> {
  run(argv: Readonly<Record<string, unknown>>, context: Context): Promise<ExitCode>;
}

/** Ties the type of `run`'s argument to the options beside it. */
export function defineCommand<O extends CommandOptions>(definition: CommandDefinition<O>): Command {
  // The frame passes what yargs has parsed with exactly these options.
  return definition as unknown as Command;
}

/** Commands by name, each loaded only when it is the one to run. */
export type Commands = Readonly<
  Record<
    string,
    {
      /** One line of `natcheck --help`. */
      readonly summary: string;
      readonly load: () => Promise<Command>;
    }
  >
>;
