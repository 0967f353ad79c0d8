/** Reads text with places in it: `{{…}}` is a place, and `{{{{` stands for `{{`. */
import { nearest } from '../../suggest.ts';
import type { Reference, SideFact, Template } from '../template.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import { parseExpression } from './pattern.ts';

const PARTS_MAX = 200;

const SIDES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
const SUBJECTS = ['own', 'peer', ...SIDES] as const;
const FACTS: readonly SideFact[] = ['name', 'nat', 'site', 'address', 'public', 'address6', 'public6'];

/** Those that need to know nothing of the file. */
const KNOWN: ReadonlyMap<string, Reference> = new Map<string, Reference>([
  ['server', { kind: 'server', which: 'primary' }],
  ['server.alternate', { kind: 'server', which: 'alternate' }],
  ['pair', { kind: 'pair' }],
  ['shared', { kind: 'shared' }],
  ...SUBJECTS.flatMap((of) => FACTS.map((what) => [`${of}.${what}`, { kind: 'side', of, what }] as const)),
]);

/** What goes on to the end of a regular expression, a slash in a class of characters included. */
const LINE = /^\{\{\s*([a-z][a-z0-9-]*)\.line:\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/[\\\n])+)\/([a-zA-Z]*)\s*\}\}/;
const PLACE = /^\{\{([^{}\n]*)\}\}/;

/** Reads a text. Whether helpers and sides of such names exist is not known here. */
export function parseTemplate(text: string): Parsed<Template> {
  const parts: (string | Reference)[] = [];
  for (let rest = text; rest !== ''; ) {
    const next = nextPart(rest);
    if (next.kind === 'refused') return next;
    const { part, length } = next.value;
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
    if (parts.length > PARTS_MAX) return refused(`a text has at most ${PARTS_MAX / 2} places such as {{pair}}`);
    rest = rest.slice(length);
  }
  return parsed(parts);
}

interface Part {
  readonly part: string | Reference;
  /** How much of the text it takes. */
  readonly length: number;
}

function nextPart(rest: string): Parsed<Part> {
  if (rest.startsWith('{{{{')) return parsed({ part: '{{', length: 4 });
  if (!rest.startsWith('{{')) {
    const end = rest.indexOf('{{');
    const part = end === -1 ? rest : rest.slice(0, end);
    return parsed({ part, length: part.length });
  }
  const [line, of, source = '', flags = ''] = LINE.exec(rest) ?? [];
  if (line !== undefined && of !== undefined) {
    const pattern = parseExpression(source, flags);
    if (pattern.kind === 'refused') return pattern;
    return parsed({ part: { kind: 'line', of, pattern: pattern.value }, length: line.length });
  }
  const [place, inside = ''] = PLACE.exec(rest) ?? [];
  if (place === undefined) return refused(`${start(rest)} has no end; {{ as such is written {{{{`);
  const reference = referenceNamed(inside.trim());
  return reference.kind === 'refused' ? reference : parsed({ part: reference.value, length: place.length });
}

const start = (rest: string): string => `${rest.slice(0, 20)}${rest.length > 20 ? '…' : ''}`;

function referenceNamed(word: string): Parsed<Reference> {
  const known = KNOWN.get(word);
  if (known) return parsed(known);
  const [, helper] = /^public\.([a-z][a-z0-9-]*)$/.exec(word) ?? [];
  if (helper !== undefined) return parsed({ kind: 'helper', name: helper });
  if (word.includes('.line')) {
    return refused(`{{${word}}} is not as {{a.line:/ticket (\\S+)/}}, with a regular expression between slashes`);
  }
  const [of = '', what = ''] = word.split('.');
  const fact = (SUBJECTS as readonly string[]).includes(of) ? nearest(what, FACTS) : null;
  const meant = fact === null ? nearest(word, [...KNOWN.keys()]) : `${of}.${fact}`;
  if (meant !== null) return refused(`there is no {{${word}}}; did you mean {{${meant}}}?`);
  const list = 'server, server.alternate, public.HELPER, pair, shared, a.line:/…/, and own, peer or a to h with';
  return refused(`there is no {{${word}}}: there are ${list} .${FACTS.join(', .')}; {{ as such is written {{{{`);
}
