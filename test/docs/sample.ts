/** The TypeScript samples of README and docs, each as it is written there. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Sample {
  /** Such as `docs/lab.md:17`. */
  readonly place: string;
  readonly code: string;
}

const PAGES = [
  'README.md',
  ...readdirSync(`${ROOT}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const FENCED = /^```(?:ts|typescript|js|javascript)\n(.*?)^```$/gms;

export const SAMPLES: readonly Sample[] = PAGES.flatMap((page) => {
  const text = readFileSync(`${ROOT}${page}`, 'utf8');
  return [...text.matchAll(FENCED)].map(({ index, 1: code = '' }) => ({
    place: `${page}:${text.slice(0, index).split('\n').length}`,
    code,
  }));
});
