/** What does not fit the shape of a lab file, in words. */
import type { z } from 'zod';
import { nearest } from '../../suggest.ts';

/** What zod knows when it makes a message. */
type RawIssue = z.core.$ZodRawIssue;
type Issue = z.core.$ZodIssue;

/** The sentence for an issue for which its field has none of its own. */
export function words(issue: RawIssue): string | undefined {
  const { input } = issue;
  switch (issue.code) {
    case 'invalid_type':
      return input === undefined ? 'this key is needed' : takes([kindOf(String(issue.expected))], input);
    case 'invalid_value':
      return input === undefined ? 'this key is needed' : oneOf(issue.values as readonly unknown[], input);
    case 'too_big':
      return bound(issue, `${issue.maximum} at most`);
    case 'too_small':
      return bound(issue, `${issue.minimum} at least`);
    case 'invalid_union':
      return input === undefined ? 'this key is needed' : undefined;
    default:
      return undefined;
  }
}

function bound({ origin }: RawIssue, limit: string): string {
  switch (origin) {
    case 'string':
      return limit === '1 at least' ? 'this text is empty' : `this text has to have ${limit} characters`;
    case 'array':
      return limit === '1 at least' ? 'this list is empty' : `this list has to have ${limit} entries`;
    default:
      return `this number has to be ${limit}`;
  }
}

function oneOf(values: readonly unknown[], input: unknown): string {
  const known = values.map(String);
  const meant = typeof input === 'string' && known.length > 1 ? nearest(input, known) : null;
  const [first = '', ...others] = known;
  const list = others.length === 0 ? first : `one of ${known.join(', ')}`;
  return meant === null ? `this has to be ${list}` : `this has to be ${list}; did you mean ${meant}?`;
}

/** The sentence for a value that is of the kind of no alternative. */
export function misfit(issues: readonly Issue[], value: unknown): string {
  if (value === undefined) return 'this key is needed';
  const kinds = issues.flatMap((issue) => {
    if (issue.path.length > 0) return [];
    if (issue.code === 'invalid_type') return [kindOf(issue.expected)];
    return issue.code === 'invalid_value' ? [`one of ${issue.values.map(String).join(', ')}`] : [];
  });
  return takes([...new Set(kinds)], value);
}

function takes(kinds: readonly string[], value: unknown): string {
  const last = kinds.at(-1) ?? '';
  const list = kinds.length < 2 ? last : `${kinds.slice(0, -1).join(', ')} or ${last}`;
  return `this takes ${list}, not ${kindOfValue(value)}`;
}

/** By zod's name of a type. */
function kindOf(expected: string): string {
  return KINDS[expected] ?? expected;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function kindOfValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? 'text' : String(value);
}
