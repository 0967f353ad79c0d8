/** The text of a lab file as plain data, and the place of everything in it. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { LabFileProblem, Place } from '../lab-file-error.ts';
import { type Path, type Problem, pathText } from '../path.ts';
import { keyText, offsetIn, treeProblems } from './tree.ts';

/** What an alias can blow a file up to. */
const ALIASES_MAX = 100;

/** Everything that is wrong after it follows from it. */
const UNQUOTED = 'inside { } and [ ], a text with {{…}} has to be in quotes, since YAML takes its braces for a mapping';

export interface Source {
  /** Maps, lists, texts, numbers, booleans and nulls, as YAML 1.2 reads them. */
  readonly value: unknown;
  /** Where that is, or else the innermost of what leads there. */
  readonly placeOf: (path: Path, at?: Problem['at']) => Place;
  /** A scalar as it is written, such as `1.10`; undefined if there is none. */
  readonly textAt: (path: Path) => string | undefined;
}

export type SourceResult =
  | { readonly kind: 'read'; readonly source: Source }
  | { readonly kind: 'refused'; readonly problems: readonly LabFileProblem[] };

/** Parses YAML, of which JSON is a part. Never throws. */
export function readSource(text: string): SourceResult {
  const lines = new LineCounter();
  // Looking for keys that are there twice takes the library quadratic time; the tree is looked through for them.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const errors = [...document.errors, ...document.warnings];
  const unquoted = errors.find(
    ({ pos, message }) => /^Unexpected flow-map/.test(message) && text.startsWith('{{', pos[0]),
  );
  const problems = unquoted
    ? [{ ...placeAt(unquoted.pos[0]), path: '', message: UNQUOTED }]
    : errors.map((error) => problemOf(error, placeAt));
  if (problems.length === 0) {
    const found = treeProblems(document);
    problems.push(...found.map(({ path, offset, message }) => ({ ...placeAt(offset), path: pathText(path), message })));
  }
  if (problems.length > 0) return { kind: 'refused', problems };
  const value = plainData(document);
  if (value.kind === 'refused') {
    return { kind: 'refused', problems: [{ line: 1, column: 1, path: '', message: value.message }] };
  }
  return {
    kind: 'read',
    source: {
      value: value.value,
      placeOf: (path, at = 'value') => placeAt(offsetOf(document, path, at)),
      textAt: (path) => scalarText(document, path),
    },
  };
}

function problemOf({ code, message, pos }: YAMLError, placeAt: (offset: number) => Place): LabFileProblem {
  const said = code === 'RESOURCE_EXHAUSTION' ? 'this is nested too deeply' : message;
  return { ...placeAt(pos[0]), path: '', message: `this is not YAML: ${lowerFirst(said)}` };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function plainData(
  document: Document,
): { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'refused'; readonly message: string } {
  try {
    return { kind: 'value', value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof ReferenceError) {
      return { kind: 'refused', message: `aliases repeat too much of the file, more than ${ALIASES_MAX} times` };
    }
    return { kind: 'refused', message: lowerFirst(error.message) };
  }
}

interface Step {
  /** What is there, an alias as what it stands for. */
  readonly node: unknown;
  readonly valueOffset: number;
  readonly keyOffset: number;
}

function offsetOf(document: Document, path: Path, at: Problem['at']): number {
  const { valueOffset, keyOffset } = walk(document, path).at;
  return at === 'key' ? keyOffset : valueOffset;
}

function scalarText(document: Document, path: Path): string | undefined {
  const { at, isWhole } = walk(document, path);
  return isWhole && isScalar(at.node) ? at.node.source : undefined;
}

/** Goes as far along the path as there is something. */
function walk(document: Document, path: Path): { readonly at: Step; readonly isWhole: boolean } {
  const start = offsetIn(document.contents) ?? 0;
  let at: Step = { node: document.contents, valueOffset: start, keyOffset: start };
  for (const part of path) {
    const next = stepTo(document, at.node, part);
    if (next === null) return { at: { ...at, valueOffset: at.keyOffset }, isWhole: false };
    at = next;
  }
  return { at, isWhole: true };
}

function stepTo(document: Document, node: unknown, part: string | number): Step | null {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => keyText(key) === String(part));
    if (!pair) return null;
    const keyOffset = offsetIn(pair.key) ?? 0;
    return { node: behind(document, pair.value), keyOffset, valueOffset: offsetIn(pair.value) ?? keyOffset };
  }
  const item = isSeq(node) ? node.items[Number(part)] : undefined;
  if (item === undefined) return null;
  const offset = offsetIn(item) ?? 0;
  return { node: behind(document, item), keyOffset: offset, valueOffset: offset };
}

function behind(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}
