/** The values of options that come as text from the environment, or as data from a file: held to what the option takes. */
import type { Options } from 'yargs';

export type Value = boolean | number | string | readonly (number | string)[];

export type ValueResult = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly wants: string };

const SWITCH: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };

/** What a variable says; several words where the option takes several, with spaces between them. */
export function valueOfText(option: Options, text: string): ValueResult {
  if (!takesMany(option)) return single(option, text);
  return all(
    text
      .trim()
      .split(/\s+/)
      .map((word) => single(option, word)),
  );
}

/** What a file says: a single value, or a list where the option takes several. A number stands for text as it is written. */
export function valueOfData(
  option: Options,
  data: unknown,
  written: (index?: number) => string | undefined,
): ValueResult {
  const textOf = (one: unknown, index?: number): string | null =>
    typeof one === 'string' ? one : isPlain(one) ? (written(index) ?? String(one)) : null;
  const one = (item: unknown, index?: number): ValueResult => {
    if (option.type === 'boolean') return typeof item === 'boolean' ? { ok: true, value: item } : refused(option);
    const text = textOf(item, index);
    return text === null || (option.type === 'number' && typeof item !== 'number')
      ? refused(option)
      : single(option, text);
  };
  if (!takesMany(option)) return one(data);
  return all(Array.isArray(data) ? data.map(one) : [one(data)]);
}

function single(option: Options, text: string): ValueResult {
  switch (option.type) {
    case 'boolean': {
      const value = SWITCH[text.toLowerCase()];
      return value === undefined ? refused(option) : { ok: true, value };
    }
    case 'number': {
      const value = Number(text);
      return text.trim() === '' || !Number.isFinite(value) ? refused(option) : { ok: true, value };
    }
    default:
      return { ok: true, value: text };
  }
}

function all(results: readonly ValueResult[]): ValueResult {
  const value: (number | string)[] = [];
  for (const result of results) {
    if (!result.ok) return result;
    value.push(result.value as number | string);
  }
  return { ok: true, value };
}

function refused(option: Options): ValueResult {
  const wants = option.type === 'boolean' ? 'true or false' : option.type === 'number' ? 'a number' : 'text';
  return { ok: false, wants: takesMany(option) ? `${wants}, or a list of that` : wants };
}

function isPlain(data: unknown): data is boolean | number {
  return typeof data === 'number' || typeof data === 'boolean';
}

/** Whether the option may be given more than once. */
export function takesMany({ array, type }: Options): boolean {
  return array === true || type === 'array' || type === 'count';
}
