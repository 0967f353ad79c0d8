/** Wrong words on a command line, as one line that says what may have been meant. */
import { UsageError } from '../src/errors.ts';
import { nearest } from './suggest.ts';

/** The messages of yargs that name words. */
const UNKNOWN = /^Unknown (command|argument)s?: (.*)$/;

export interface Usage {
  /** As they were written. */
  readonly words: readonly string[];
  readonly commands: readonly string[];
  /** Those of the command that is named; natcheck's own when none is. */
  readonly options: readonly string[];
}

/** Null for an exception that is not the parser's own. @param message as yargs has it. */
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

/** What the first unknown word that was written as an option may have meant. */
function meantOption(unknown: readonly string[], { words, options }: Usage): string | null {
  const isOption = (name: string): boolean => words.some((word) => word.split('=')[0] === `--${name}`);
  const meant = nearest(unknown.find(isOption) ?? '', options);
  return meant === null ? null : `--${meant}`;
}
