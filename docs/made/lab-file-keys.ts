/** The tables of docs/lab-file.md: every key of a lab file, as its JSON Schema has it. */
import { labFileSchema } from '../../lab/file/schema.ts';
import type { Maker } from './blocks.ts';
import { markdownTable } from './table.ts';

/** The words of JSON Schema that the tables are made of. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
}

const WHOLE: Schema = labFileSchema();
const COLUMNS = [{ head: 'key' }, { head: 'value' }, { head: 'what it is' }] as const;

/** By the end of the block's name: the mapping whose keys are shown, by the keys that lead there. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  file: [],
  program: ['setup'],
  build: ['setup', 'build'],
  sides: ['sides'],
  public: ['public'],
  ready: ['public', '*', 'ready'],
  nats: ['nats'],
  profile: ['nats', '*'],
  success: ['success'],
  json: ['success', 'json'],
  port: ['success', 'port'],
  bytes: ['success', 'bytes'],
  expect: ['expect'],
  fault: ['faults', '*'],
  event: ['faults', '*', 'after'],
  link: ['link'],
};

/** Keys that a table of their own has. */
const ELSEWHERE: Readonly<Record<string, string>> = { sides: 'program', public: 'program' };

/** A maker for each table, named `lab-file-…`. */
export const labFileTables: Readonly<Record<string, Maker>> = Object.fromEntries(
  Object.entries(TABLES).map(([name, path]) => [`lab-file-${name}`, () => tableOf(name, path)]),
);

function tableOf(name: string, path: readonly string[]): string {
  const { properties = {}, required = [] } = mappingIn(path.reduce(stepInto, WHOLE));
  const elsewhere = TABLES[ELSEWHERE[name] ?? ''];
  const left = elsewhere ? Object.keys(mappingIn(elsewhere.reduce(stepInto, WHOLE)).properties ?? {}) : [];
  const rows = Object.entries(properties)
    .filter(([key]) => !left.includes(key))
    .map(([key, schema]) => {
      const need = required.includes(key) ? ' (needed)' : '';
      return [`\`${key}\`${need}`, valueText(schema), described(schema)].map((cell) => cell.replaceAll('|', '\\|'));
    });
  return markdownTable(COLUMNS, rows);
}

function seen(schema: Schema): Schema {
  const named = schema.$ref?.replace('#/$defs/', '');
  return named === undefined ? schema : { ...WHOLE.$defs?.[named], ...schema };
}

/** What the schema says of a mapping; one of its alternatives, or of its items, may be that. */
function mappingIn(schema: Schema): Schema {
  const { properties, anyOf = [], items, ...rest } = seen(schema);
  if (properties) return { ...rest, properties };
  const inner = [...anyOf, ...(items ? [items] : [])].map(mappingIn);
  return inner.find((one) => one.properties) ?? {};
}

/** `*` stands for an item of a list, or any key of a mapping. */
function stepInto(schema: Schema, key: string): Schema {
  const { items, anyOf = [], additionalProperties } = seen(schema);
  if (key !== '*') return mappingIn(schema).properties?.[key] ?? {};
  if (items) return items;
  if (typeof additionalProperties === 'object') return additionalProperties;
  return anyOf.map((one) => seen(one).items).find((one) => one !== undefined) ?? {};
}

const described = (schema: Schema): string => (seen(schema).description ?? '').replaceAll(/\{\{[^}]*\}\}/g, '`$&`');

function valueText(schema: Schema): string {
  const { const: only, enum: some, type, anyOf, examples, minimum, maximum } = seen(schema);
  if (only !== undefined) return `\`${only}\``;
  if (some) return some.map((one) => `\`${one}\``).join(', ');
  if (type === 'string' && examples) return examples.map((one) => `\`${one}\``).join(', ');
  if (type === 'integer') return `${minimum} to ${maximum}`;
  if (anyOf && !type) return [...new Set(anyOf.map(valueText))].join(' or ');
  return KINDS[type ?? ''] ?? 'anything';
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: '`true`, `false`',
  array: 'a list',
  object: 'a mapping',
};
