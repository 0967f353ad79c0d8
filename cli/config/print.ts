/** The options of a command as they are in use, as a file that `--config` takes; of a secret only that it is set. */
import { stringify } from 'yaml';
import type { Command, Context } from '../command.ts';
import { ownVariable } from './environment.ts';

/** What nobody else may learn; the password of a URL is one too. */
const SECRET = /(^|-)(token|secret|password|user|code|redis)$/;
const URL_PASSWORD = /^([a-z][a-z\d+.-]*:\/\/[^/@\s]*:)[^/@\s]*(?=@)/i;

export function configText(
  { name, options }: Command,
  { argv, env }: { readonly argv: Readonly<Record<string, unknown>>; readonly env: Context['env'] },
): string {
  const lines = Object.entries(options).map(([key, option]) => {
    const variable = ownVariable(option);
    const value = argv[key] ?? (variable === null ? undefined : env[variable] || undefined);
    if (value === undefined) return '';
    // What a variable stands for may be a secret although the option is none, as with a code and its descriptor.
    return SECRET.test(key) || SECRET.test(variable?.toLowerCase().replaceAll('_', '-') ?? '')
      ? `# ${key}: (set, and not shown)\n`
      : stringify({ [key]: masked(value) });
  });
  return `# natcheck ${name}\n${lines.join('')}`;
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  return typeof value === 'string' ? value.replace(URL_PASSWORD, '$1***') : value;
}
