/** Holds the data of a lab file to its shape, and says in plain words what does not fit. */
import type { z } from 'zod';
import type { Path, Problem } from '../path.ts';
import { type FileInput, fileSchema } from './file.ts';
import { misfit, words } from './words.ts';

export type ShapeResult =
  | { readonly kind: 'fits'; readonly file: FileInput }
  | { readonly kind: 'misfits'; readonly problems: readonly Problem[] };

/** Reads every text in the file that stands for something else. Never throws. */
export function checkShape(value: unknown): ShapeResult {
  if (value === null || value === undefined) {
    return { kind: 'misfits', problems: [{ path: [], message: 'the file is empty', at: 'value' }] };
  }
  const result = fileSchema.safeParse(value, { error: words });
  if (result.success) return { kind: 'fits', file: result.data };
  return { kind: 'misfits', problems: result.error.issues.flatMap((issue) => problemsOf(issue, { value, base: [] })) };
}

type Issue = z.core.$ZodIssue;

interface Within {
  /** What the issue's path begins in. */
  readonly value: unknown;
  readonly base: Path;
}

function problemsOf(issue: Issue, { value, base }: Within): readonly Problem[] {
  const inside = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const path = [...base, ...inside];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const said = issue.message.split('\n');
      return issue.keys.map((key, index) => ({ path: [...path, key], message: said[index] ?? '', at: 'key' }));
    }
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, message, at: 'key' }));
    case 'invalid_union':
      return unionProblems(issue.errors, { value: valueAt(value, inside), base: path });
    default:
      return [{ path, message: issue.message, at: 'value' }];
  }
}

/** What is wrong with the one alternative that the value was meant for; else, which alternatives there are. */
function unionProblems(alternatives: readonly (readonly Issue[])[], { value, base }: Within): readonly Problem[] {
  const meant = alternatives
    .filter((issues) => !issues.some((issue) => isOtherKind(issue, value)))
    .toSorted((a, b) => a.length - b.length)
    .at(0);
  if (meant) return meant.flatMap((issue) => problemsOf(issue, { value, base }));
  return [{ path: base, message: misfit(alternatives.flat(), value), at: 'value' }];
}

/** Whether the value as a whole is of another kind than the alternative. */
function isOtherKind(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_type') return true;
  return issue.code === 'invalid_value' && typeof value !== 'string';
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => (at instanceof Object ? Reflect.get(at, part) : undefined), value);
}
