/** The commands of docs/handover.md, as its reader would run them on one of two machines. */
import { readFileSync } from 'node:fs';

const PAGE = readFileSync(new URL('../../../../docs/handover.md', import.meta.url), 'utf8');

/** Whose commands: those of alice stand on the page. */
export type Who = 'alice' | 'bob';

export interface RecipeValues {
  readonly server?: string;
  /** The public key of the other side. */
  readonly peerKey?: string;
  /** Further options of natcheck. */
  readonly options?: string;
}

/** Returns the one block of shell commands with that text in it. */
export function recipe(part: string, who: Who, { server = '', peerKey = '', options = '' }: RecipeValues = {}): string {
  const blocks = [...PAGE.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const [block, ...others] = blocks.filter((text) => text.includes(part));
  if (block === undefined || others.length > 0) throw new Error(`not one block of docs/handover.md has: ${part}`);
  const filled = block.replace('stun.example.org', `${server} ${options}`).replace('BOBS-PUBLIC-KEY', peerKey);
  return who === 'alice' ? filled : swapped(filled);
}

function swapped(text: string): string {
  const others: Readonly<Record<string, string>> = {
    alice: 'bob',
    bob: 'alice',
    '10.77.0.1': '10.77.0.2',
    '10.77.0.2': '10.77.0.1',
  };
  return text.replaceAll(/\balice\b|\bbob\b|\b10\.77\.0\.[12]\b/g, (word) => others[word] ?? word);
}
