/** Runs lab files on the engine of the container tests. */
import { inject } from 'vitest';
import type { LabFile } from '../../../lab/file/lab-file.ts';
import { parseLabFile } from '../../../lab/file/read.ts';
import type { RunResult } from '../../../lab/results/run-result.ts';
import { type RunOptions, runLabFile } from '../../../lab/run/run-lab-file.ts';

const NO_SIGNAL = new AbortController().signal;

/** @param dir where paths in the file begin; default: `/`. */
export function fileOf(content: object, dir = '/'): LabFile {
  return parseLabFile(JSON.stringify(content), { file: 'nat-lab.json', dir });
}

export function runFile(file: LabFile, options: Partial<RunOptions> = {}): Promise<RunResult> {
  const { kind = 'private', host = '', image = '' } = inject('lab') ?? {};
  return runLabFile(file, { engine: { kind, host }, image, progress: () => {}, signal: NO_SIGNAL, ...options });
}

export function runHere(content: object, { dir, ...options }: Partial<RunOptions> & { readonly dir?: string } = {}) {
  return runFile(fileOf(content, dir), options);
}

/** Such as `full-cone × symmetric: direct`, of the first try of each pair. */
export function outcomes({ cells }: RunResult): readonly string[] {
  return cells.map(({ a, b, tries: [first] }) => `${a} × ${b}: ${first.outcome}`);
}
