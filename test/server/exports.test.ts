/** What `natcheck/server` exports can be named by whoever uses it: every type that an exported one is made of is exported too. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const INDEX = fileURLToPath(new URL('../../server/index.ts', import.meta.url));
/** Types of the language itself. */
const STANDARD = ['AsyncDisposable', 'Error', 'Partial', 'Promise'];

/** The text of a file without comments and strings. */
const codeOf = (file: string): string => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

/** The exported names, each with the file that declares it. */
function exported(): ReadonlyMap<string, string> {
  const code = codeOf(INDEX);
  const passedOn = [...code.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';$/gm)].flatMap(
    ([, names = '', from = '']) =>
      names.split(',').map((name) => [name.replace('type ', '').trim(), join(dirname(INDEX), from)] as const),
  );
  const declared = [...code.matchAll(/^export (?:async )?(?:interface|type|class|function) (\w+)/gm)];
  return new Map([...passedOn, ...declared.map(([, name = '']) => [name, INDEX] as const)]);
}

/** The types that a declaration names: all of an interface or a type, and the head of a function or a class. */
function typesIn(name: string, file: string): readonly string[] {
  const code = codeOf(file);
  const [whole] = new RegExp(`^export (?:interface ${name} [^]*?^}|type ${name} =[^]*?;$)`, 'm').exec(code) ?? [];
  const [head] = new RegExp(`^export (?:async )?(?:function|class) ${name}\\b[^{]*`, 'm').exec(code) ?? [];
  const declaration = (whole ?? head ?? '').replace(/'[^']*'/g, '');
  expect(declaration, `${name} is declared in ${file}`).not.toBe('');
  return [...declaration.matchAll(/\b[A-Z][a-z]\w*/g)].map(([type]) => type);
}

it('every type that an exported one names is exported, or of the language itself', () => {
  const all = exported();
  expect([...all.keys()]).toContain('startServer');
  const missing = [...all].flatMap(([name, file]) =>
    typesIn(name, file)
      .filter((type) => type !== name && !all.has(type) && !STANDARD.includes(type))
      .map((type) => `${name} names ${type}`),
  );
  expect(missing).toEqual([]);
});
