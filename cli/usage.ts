/** Turns wrong words on a command line into one line that says what may have been meant. */

import { nearest } from '../lab/suggest.ts';
import { UsageError } from '../src/errors.ts';

/** The messages of yargs that name words. */
const UNKNOWN = /^Unknown (command|argument)s?: (.*)$/;

export interface Usage {
  /** The words as they were written. */
  readonly words: readonly string[];
  readonly commands: readonly string[];
  /** The options of the command that is named; natcheck's own options when none is. */
  readonly options: readonly string[];
}

/** Returns null for an exception that does not come from the parser. @param message the message of yargs. */
export function usageError(message: string | null, error: Error | undefined, usage: Usage): UsageError | null {
  if (error && error.name !== 'YError') return null;
  const line = (message ?? error?.message ?? 'wrong usage').replaceAll(/\s*\n\s*/g, ' ');
  const [, kind, list] = UNKNOWN.exec(line) ?? [];
  if (kind === undefined || list === undefined) return new UsageError(`${line}; see natcheck --help`);
  const unknown = withoutTwins(list.split(', '));
  const meant = kind === 'command' ? nearest(unknown[0] ?? '', usage.commands) : meantOption(unknown, usage);
  const what = `Unknown ${kind}${unknown.length > 1 ? 's' : ''}: ${unknown.join(', ')}`;
  return new UsageError(`${what}; ${meant === null ? 'see' : `did you mean ${meant}? See`} natcheck --help`);
}

/** The parser names `--alt-prt` a second time as `altPrt`. */
function withoutTwins(names: readonly string[]): readonly string[] {
  const twins = new Set(names.filter((name) => name.includes('-')).map(camelCase));
  return names.filter((name) => !twins.has(name));
}

function camelCase(name: string): string {
  return name.replaceAll(/-+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Suggests what the first unknown word that was written as an option may have meant. */
function meantOption(unknown: readonly string[], { words, options }: Usage): string | null {
  const isOption = (name: string): boolean => words.some((word) => word.split('=')[0] === `--${name}`);
  const meant = nearest(unknown.find(isOption) ?? '', options);
  return meant === null ? null : `--${meant}`;
}
