/** How the fields of a lab file are declared: mappings that know their keys, and texts that are read as something. */
import { z } from 'zod';
import { nearest } from '../../suggest.ts';
import type { Parsed } from '../text/parsed.ts';
import { type Measure, parseQuantity, patternOf } from '../text/quantity.ts';
import { parseTemplate } from '../text/template.ts';

/** Longer ones belong into a file of their own. */
const TEXT_MAX = 65_536;

/** A mapping with these keys and no others. What is said of unknown keys has a line for each, in their order. */
export function mapping<S extends z.ZodRawShape>(shape: S, description: string) {
  const known = Object.keys(shape);
  return z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? issue.keys.map((key) => unknownKey(key, known)).join('\n') : undefined,
    })
    .describe(description);
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `there is no such key here; ${meant === null ? `there are ${known.join(', ')}` : `did you mean ${meant}?`}`;
}

export interface TextMeta {
  readonly description: string;
  readonly examples?: readonly string[];
  readonly pattern?: string;
  /** What is known of the text in words of JSON Schema. */
  readonly anyOf?: readonly Readonly<Record<string, unknown>>[];
}

/** A text that is read as something else, with what JSON Schema can say of it. */
export function readAs<T>(parse: (text: string) => Parsed<T>, meta: TextMeta) {
  return z
    .string()
    .max(TEXT_MAX)
    .transform((text, context): T => {
      const read = parse(text);
      if (read.kind === 'parsed') return read.value;
      context.addIssue({ code: 'custom', message: read.message });
      return z.NEVER;
    })
    .meta({ ...meta });
}

/** A number with a unit, in the base unit of the measure. */
export function quantity(measure: Measure, description: string) {
  const { example } = measure;
  return z
    .string({
      error: ({ input }) => {
        const read = typeof input === 'number' ? parseQuantity(String(input), measure) : null;
        return read?.kind === 'refused' ? `${input} has no unit: ${read.message}` : undefined;
      },
    })
    .max(TEXT_MAX)
    .transform((text, context) => {
      const read = parseQuantity(text, measure);
      if (read.kind === 'parsed') return read.value;
      context.addIssue({ code: 'custom', message: read.message });
      return z.NEVER;
    })
    .meta({ description, examples: [example], pattern: patternOf(measure).source });
}

/** A text in which there may be places such as `{{pair}}`. */
export function template(description: string) {
  return readAs(parseTemplate, { description });
}

/** One value, or a list of some. */
export function oneOrMore<T extends z.ZodType>(one: T, description: string) {
  return z.union([one, z.array(one).min(1).max(16)]).describe(description);
}
