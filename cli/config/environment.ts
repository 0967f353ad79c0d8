/** Every option of a command as a variable of the environment: `--http-port` is `NATCHECK_HTTP_PORT`. */
import { UsageError } from '../../src/errors.ts';
import type { CommandOptions, Context } from '../command.ts';
import { type Value, valueOfText } from './option-value.ts';

const PREFIX = 'NATCHECK_';

/** The variable that stands for an option. */
export function variableOf(name: string): string {
  return PREFIX + name.toUpperCase().replaceAll('-', '_');
}

/** The variable that the command itself reads for an option, since it means something else there; its help says so. */
export function ownVariable({ describe = '' }: CommandOptions[string]): string | null {
  return /\benv (NATCHECK_\w+)/.exec(String(describe))?.[1] ?? null;
}

/**
 * The options that variables give; an empty one gives nothing. The variables that the command itself reads are left to it.
 * @throws UsageError when one has no value that its option takes.
 */
export function fromEnvironment(options: CommandOptions, env: Context['env']): Readonly<Record<string, Value>> {
  const given: Record<string, Value> = {};
  for (const [name, option] of Object.entries(options)) {
    const variable = variableOf(name);
    const text = env[variable];
    if (!text || ownVariable(option) === variable) continue;
    const result = valueOfText(option, text);
    if (!result.ok) throw new UsageError(`${variable} is '${text}': --${name} takes ${result.wants}`);
    given[name] = result.value;
  }
  return given;
}
