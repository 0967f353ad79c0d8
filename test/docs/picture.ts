/** The picture of docs/architecture.md as data: a Mermaid flowchart of lines such as `a --> b & c`. */
import { readFileSync } from 'node:fs';
import { ROOT } from './sample.ts';

export interface Picture {
  readonly nodes: readonly string[];
  /** Such as `cli -> server`. */
  readonly arrows: readonly string[];
  /** The nodes that are drawn as those that decide, and do nothing. */
  readonly decides: readonly string[];
}

const PAGE = 'docs/architecture.md';
const FLOWCHART = /^```mermaid\nflowchart \w+\n(.*?)^```$/gms;

export function readPicture(): Picture {
  const [picture, ...more] = [...readFileSync(`${ROOT}${PAGE}`, 'utf8').matchAll(FLOWCHART)];
  if (!picture || more.length > 0) throw new Error(`${PAGE} has not exactly one picture`);
  const lines = (picture[1] ?? '').split('\n').map((line) => line.trim());
  const chains = lines.filter((line) => line.includes('-->')).map((line) => line.split('-->').map(namesIn));
  const decides = lines.flatMap((line) => /^class (\S+) decides$/.exec(line)?.[1]?.split(',') ?? []);
  return {
    nodes: [...new Set([...chains.flat(2), ...decides])],
    arrows: chains.flatMap((chain) => chain.slice(1).flatMap((to, at) => between(chain[at] ?? [], to))),
    decides,
  };
}

const namesIn = (side: string): readonly string[] => side.split('&').map((name) => name.trim());

function between(from: readonly string[], to: readonly string[]): readonly string[] {
  return from.flatMap((one) => to.map((other) => `${one} -> ${other}`));
}
