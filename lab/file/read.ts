/** Reads a lab file: YAML, or JSON, which is YAML as well. */
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { LabFile } from './lab-file.ts';
import { type FilePlace, LabFileError, type LabFileProblem } from './lab-file-error.ts';
import { meaningOf } from './meaning/lab-file.ts';
import type { PathKind } from './meaning/reading.ts';
import { type Problem, pathText } from './path.ts';
import { checkShape } from './shape/check.ts';
import { readSource, type Source } from './syntax/document.ts';

/** A lab file is written by hand. */
const BYTES_MAX = 1_000_000;

export interface ParseOptions {
  /** How errors name the file, and its path. */
  readonly file: string;
  /** The full path of the folder that paths in the file begin at. */
  readonly dir: string;
}

/**
 * Reads the file, and looks whether the files that it names are there.
 * @throws LabFileError with all that is wrong, the file itself included.
 */
export async function readLabFile(path: string): Promise<LabFile> {
  const text = await textOf(path);
  return understand(text, { file: path, dir: dirname(resolve(path)), kindOf: kindOnDisk });
}

/** The same for a text, without a look at this machine. @throws LabFileError with all that is wrong. */
export function parseLabFile(text: string, options: ParseOptions): LabFile {
  return understand(text, { ...options, kindOf: null });
}

interface UnderstandOptions extends ParseOptions {
  readonly kindOf: ((path: string) => PathKind) | null;
}

function understand(text: string, { file, dir, kindOf }: UnderstandOptions): LabFile {
  if (Buffer.byteLength(text) > BYTES_MAX) throw asAWhole(file, tooBig);
  const read = readSource(text);
  if (read.kind === 'refused') throw new LabFileError(file, read.problems);
  const { source } = read;
  const shape = checkShape(source.value);
  if (shape.kind === 'misfits') throw new LabFileError(file, placed(shape.problems, source));
  const problems: Problem[] = [];
  const places = new Map<string, FilePlace>();
  const report = (path: Problem['path'], message: string, at: Problem['at'] = 'value'): void => {
    problems.push({ path, message, at });
  };
  const meaning = meaningOf({ source, dir, kindOf, report, places }, shape.file, file);
  if (problems.length > 0) throw new LabFileError(file, placed(problems, source));
  return meaning;
}

/** What holds for all sides is looked at for each of them, and told once. */
function placed(problems: readonly Problem[], { placeOf }: Source): readonly LabFileProblem[] {
  const all = problems.map(({ path, message, at }) => ({ ...placeOf(path, at), path: pathText(path), message }));
  return [...new Map(all.map((problem) => [JSON.stringify(problem), problem])).values()];
}

const tooBig = `this has more than ${BYTES_MAX} bytes, and a lab file is written by hand`;

const asAWhole = (file: string, message: string): LabFileError =>
  new LabFileError(file, [{ line: 1, column: 1, path: '', message }]);

/** Reads no more than is allowed, of a file that never ends as well. */
async function textOf(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const buffer = Buffer.alloc(BYTES_MAX + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > BYTES_MAX) throw asAWhole(path, tooBig);
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
  } catch (error) {
    if (error instanceof LabFileError) throw error;
    if (error instanceof TypeError) throw asAWhole(path, 'this is no text in UTF-8');
    throw asAWhole(path, reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return REASONS[code] ?? `this cannot be read: ${code}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'nobody lets you read this',
  EISDIR: 'this is a folder, and a lab file is needed',
};

function kindOnDisk(path: string): PathKind {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 'missing';
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'other';
}
