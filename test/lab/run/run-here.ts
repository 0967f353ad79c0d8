/** Runs lab files on the engine of the container tests. */
import { inject } from 'vitest';
import type { Lab, LabOptions } from '../../../lab/docker/lab.ts';
import type { LabFile } from '../../../lab/file/lab-file.ts';
import { parseLabFile } from '../../../lab/file/read.ts';
import type { RunResult } from '../../../lab/results/run-result.ts';
import { type RunOptions, runLabFile } from '../../../lab/run/run-lab-file.ts';
import { borrowLab } from '../docker/lab-pool/borrow.ts';

const NO_SIGNAL = new AbortController().signal;

/** @param dir where paths in the file begin; default: `/`. */
export function fileOf(content: object, dir = '/'): LabFile {
  return parseLabFile(JSON.stringify(content), { file: 'nat-lab.json', dir });
}

export function runFile(file: LabFile, options: Partial<RunOptions> = {}): Promise<RunResult> {
  const { kind = 'private', host = '', image = '' } = inject('lab') ?? {};
  const given = { engine: { kind, host }, image, progress: () => {}, signal: NO_SIGNAL, start: borrowed };
  return runLabFile(file, { ...given, ...options });
}

/** In place of `startLab`, which the tests of the command line have. */
export function borrowed({ profiles = [], backbone = false, helpers = [] }: LabOptions): Promise<Lab> {
  return borrowLab({ profiles, backbone, helpers });
}

export function runHere(content: object, { dir, ...options }: Partial<RunOptions> & { readonly dir?: string } = {}) {
  return runFile(fileOf(content, dir), options);
}

/** Such as `full-cone × symmetric: direct`, of the first try of each pair. */
export function outcomes({ cells }: RunResult): readonly string[] {
  return cells.map(({ a, b, tries: [first] }) => `${a} × ${b}: ${first.outcome}`);
}
