/** What an entry exports can be named by whoever uses it: every type that an exported one is made of is exported too. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Types of the language itself, and of Node. */
const STANDARD = [
  ...['AbortSignal', 'AsyncDisposable', 'AsyncIterable', 'Error', 'Exclude', 'Extract', 'Omit', 'Partial', 'Pick'],
  ...['Promise', 'Readonly', 'Record', 'Socket', 'Uint8Array'],
];

/** The text of a file without comments and strings. */
const codeOf = (file: string): string => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

/** The exported names, each with the file that declares it. */
function exported(index: string): ReadonlyMap<string, string> {
  const code = codeOf(index);
  const passedOn = [...code.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';$/gm)].flatMap(
    ([, names = '', from = '']) =>
      names
        .split(',')
        .map((name) => name.replace('type ', '').trim())
        .filter((name) => name !== '')
        .map((name) => [name, join(dirname(index), from)] as const),
  );
  const declared = [...code.matchAll(/^export (?:async )?(?:interface|type|class|function) (\w+)/gm)];
  return new Map([...passedOn, ...declared.map(([, name = '']) => [name, index] as const)]);
}

/** The types that a declaration names: all of an interface or a type, and the head of a function or a class. */
function typesIn(name: string, file: string): readonly string[] {
  const code = codeOf(file);
  const [whole] = new RegExp(`^export (?:interface ${name}\\b [^]*?^}|type ${name}\\b =[^]*?;$)`, 'm').exec(code) ?? [];
  const [head] = new RegExp(`^export (?:async )?(?:function|class) ${name}\\b[^{]*`, 'm').exec(code) ?? [];
  const [constant] = new RegExp(`^export const ${name}\\b[^=]*`, 'm').exec(code) ?? [];
  const declaration = (whole ?? head ?? constant ?? '').replace(/'[^']*'/g, '');
  expect(declaration, `${name} is declared in ${file}`).not.toBe('');
  return [...declaration.matchAll(/\b[A-Z][a-z]\w*/g)].map(([type]) => type);
}

it.each([
  ['natcheck', 'src/index.ts', 'punch'],
  ['natcheck/server', 'server/index.ts', 'startServer'],
])('every type that an export of %s names is exported too, or of the language itself', (_entry, file, known) => {
  const all = exported(join(ROOT, file));
  expect([...all.keys()]).toContain(known);
  const missing = [...all].flatMap(([name, from]) =>
    typesIn(name, from)
      .filter((type) => type !== name && !all.has(type) && !STANDARD.includes(type))
      .map((type) => `${name} names ${type}`),
  );
  expect(missing).toEqual([]);
});
