/** What a command is told besides its command line, where a word there wins: the environment, and after it a file. */

import { UsageError } from '../../src/errors.ts';
import type { Command, Context } from '../command.ts';
import { ownWords } from '../context.ts';
import { fromEnvironment, variableOf } from './environment.ts';
import type { Value } from './option-value.ts';

export interface Settings {
  /** The words of the command line, with the file that the environment names if they name none. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, Value>>;
  /** Reads the file of `--config`; gives an error in place of throwing it, as the parser wants it. */
  readonly readFile: (path: string) => Readonly<Record<string, Value>> | Error;
}

/** The variable that names the file. */
const FILE_VARIABLE = variableOf('config');

/** @throws UsageError when a variable has no value that its option takes. */
export async function readSettings(
  words: readonly string[],
  { command, env }: { readonly command: Command | undefined; readonly env: Context['env'] },
): Promise<Settings> {
  const options = command?.options ?? {};
  const environment = fromEnvironment(options, env);
  const file = env[FILE_VARIABLE];
  const names = ownWords(words).filter((word) => word === '--config' || word.startsWith('--config='));
  if (names.length > 1) throw new UsageError('--config is given twice');
  const isNamed = names.length > 0;
  if (!isNamed && !(file && command)) return { words, environment, readFile: () => ({}) };
  const { readConfigFile } = await import('./file.ts');
  const read = new Map<string, Readonly<Record<string, Value>> | Error>();
  return {
    words: isNamed || !file ? words : withFile(words, file),
    environment,
    // The parser asks for it once for itself and once for the command; a pipe can be read only once.
    readFile: (path) => {
      const known = read.get(path) ?? result(() => ({ ...readConfigFile(path, options), ...environment }));
      read.set(path, known);
      return known;
    },
  };
}

/** The words of a program to run stay behind `--`. */
function withFile(words: readonly string[], file: string): readonly string[] {
  const own = ownWords(words);
  return [...own, '--config', file, ...words.slice(own.length)];
}

function result<Value>(read: () => Value): Value | Error {
  try {
    return read();
  } catch (error) {
    return error as Error;
  }
}
