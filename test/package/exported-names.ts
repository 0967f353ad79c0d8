/** What a compiled entry exports, read from its declaration file and from those that it passes on whole. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LIST = /^export (?:type )?\{([^}]*)\}/gm;
const DECLARATION =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:interface|type|class|const|let|function|enum) ([\w$]+)/gm;
const ALL_OF = /^export \* from '(\.[^']+)'/gm;

/** The names of types and values, in alphabetical order. */
export function exportedNames(declarations: string): readonly string[] {
  return [...new Set(namesIn(declarations))].sort();
}

function namesIn(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const first = (pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map(([, group = '']) => group);
  const listed = first(LIST).flatMap((list) => list.split(',').flatMap(nameOf));
  const passedOn = first(ALL_OF).flatMap((from) => namesIn(join(dirname(file), from.replace(/\.[jt]s$/, '.d.ts'))));
  return [...listed, ...first(DECLARATION), ...passedOn];
}

/** Returns the name that `type A`, `A as B` or `A` exports. */
function nameOf(item: string): readonly string[] {
  const name = item.trim().split(/\s+/).at(-1);
  return name ? [name] : [];
}
