/** The pages, pictures and schemas as they are today, and as programs would write them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { blockNames, withBlocks } from './blocks.ts';
import { BLOCKS, WHOLE_FILES } from './makers.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** By the path from the root of the repository. */
export const PAGES: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync(`${ROOT}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The text of a page, picture or schema; empty if there is none yet. */
export function textOf(path: string): string {
  return existsSync(ROOT + path) ? readFileSync(ROOT + path, 'utf8') : '';
}

/** The text that the file at the path should have. @throws Error for a block that cannot be made. */
export function madeText(path: string): string {
  return WHOLE_FILES[path]?.() ?? withBlocks(textOf(path), BLOCKS);
}

/** The pages that have blocks, and what is made as a whole. */
export const MADE: readonly string[] = [
  ...PAGES.filter((page) => blockNames(textOf(page)).length > 0),
  ...Object.keys(WHOLE_FILES),
];
