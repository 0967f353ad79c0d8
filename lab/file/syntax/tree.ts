/** What YAML allows and a lab file does not: keys that are no text, values within themselves, depth without end. */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Path } from '../path.ts';

export interface TreeProblem {
  readonly path: Path;
  /** Where it is, in characters from the start of the text. */
  readonly offset: number;
  readonly message: string;
}

/** The deepest that the keys of a lab file go is 5; a value to compare JSON with may go further. */
const DEPTH_MAX = 32;

/** Values that a file may have, those that aliases repeat included. */
const NODES_MAX = 5000;

interface Walk {
  readonly document: Document;
  readonly problems: TreeProblem[];
  nodes: number;
}

/** Looks at every key and value, those behind aliases at each place that they are used. */
export function treeProblems(document: Document): readonly TreeProblem[] {
  const walk: Walk = { document, problems: [], nodes: 0 };
  visitNode(walk, document.contents, { path: [], within: [] });
  return walk.problems;
}

/** Where a node of a parsed document begins; undefined for what is no node. */
export function offsetIn(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** A key as it is compared and shown; the key `1` is the text `1`. */
export function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

interface Here {
  readonly path: Path;
  /** The values that this one is in. */
  readonly within: readonly unknown[];
}

function visitNode(walk: Walk, node: unknown, here: Here): void {
  const tell = (message: string): void => {
    walk.problems.push({ path: here.path, offset: offsetIn(node) ?? 0, message });
  };
  walk.nodes += 1;
  if (walk.nodes > NODES_MAX) {
    if (walk.nodes === NODES_MAX + 1) tell(`the file has more than ${NODES_MAX} values`);
    return;
  }
  if (isAlias(node)) {
    const target = node.resolve(walk.document);
    if (target === undefined) tell(`no anchor &${node.source} comes before this alias`);
    else if (here.within.includes(target)) tell(`the alias *${node.source} stands for what it is in`);
    else visitNode(walk, target, here);
  } else if (here.within.length > DEPTH_MAX) tell('this is nested too deeply');
  else visitItems(walk, node, here);
}

function visitItems(walk: Walk, node: unknown, { path, within }: Here): void {
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      visitNode(walk, item, { path: [...path, index], within: [...within, node] });
    }
  }
  if (!isMap(node)) return;
  const seen = new Set<string>();
  for (const { key, value } of node.items) {
    const message = keyProblem(key) ?? (seen.has(keyText(key)) ? `the key ${keyText(key)} is there twice` : null);
    seen.add(keyText(key));
    if (message) walk.problems.push({ path, offset: offsetIn(key) ?? offsetIn(node) ?? 0, message });
    else visitNode(walk, value, { path: [...path, keyText(key)], within: [...within, node] });
  }
}

function keyProblem(key: unknown): string | null {
  if (!isScalar(key) || key.value === null) return 'a key has to be text';
  if (key.value === '<<')
    return 'merge keys (<<) belong to YAML 1.1 and are not read: write the keys, or an alias for all of them';
  if (key.value === '__proto__') return 'nothing can have the name __proto__';
  return null;
}
