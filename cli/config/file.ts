/** The options of a command in a file, in YAML or JSON: one key for each, by the name that it has on the command line. */
import { readFileSync } from 'node:fs';
import { LabFileError, type LabFileProblem } from '../../lab/file/lab-file-error.ts';
import { readSource, type Source } from '../../lab/file/syntax/document.ts';
import { nearest } from '../../lab/suggest.ts';
import { UsageError } from '../../src/errors.ts';
import { explainFileCode } from '../../src/net/explain-code.ts';
import type { CommandOptions } from '../command.ts';
import { type Value, valueOfData } from './option-value.ts';

/** @throws UsageError with each thing that is wrong, and its place, or when the file cannot be read. */
export function readConfigFile(path: string, options: CommandOptions): Readonly<Record<string, Value>> {
  const read = readSource(textOf(path));
  if (read.kind === 'refused') throw wrong(path, read.problems);
  const { value } = read.source;
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new UsageError(`${path}:1:1: this has to be keys and values, such as port: 3478`);
  }
  const problems: LabFileProblem[] = [];
  const given: Record<string, Value> = {};
  for (const [name, data] of Object.entries(value)) {
    const result = readOption(read.source, options, { name, data });
    if (result.ok) given[name] = result.value;
    else problems.push({ ...read.source.placeOf([name], result.at), path: name, message: result.message });
  }
  if (problems.length > 0) throw wrong(path, problems);
  return given;
}

/** All of it in one line, as errors of usage are. */
function wrong(path: string, problems: readonly LabFileProblem[]): UsageError {
  return new UsageError(new LabFileError(path, problems).message.replaceAll('\n', '; '));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot read the --config file ${path}: ${explainFileCode(code ?? message)}`);
  }
}

type OptionResult =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly at: 'key' | 'value'; readonly message: string };

function readOption(
  { textAt }: Source,
  options: CommandOptions,
  { name, data }: { readonly name: string; readonly data: unknown },
): OptionResult {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (!option) {
    const meant = nearest(name.replace(/^-+/, ''), Object.keys(options));
    return {
      ok: false,
      at: 'key',
      message: `there is no such option${meant === null ? '' : `: did you mean ${meant}?`}`,
    };
  }
  const result = valueOfData(option, data, (index) => textAt(index === undefined ? [name] : [name, index]));
  return result.ok ? result : { ok: false, at: 'value', message: `this has to be ${result.wants}` };
}
