/** How many columns of a terminal a text takes. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Printable ASCII: a column each, whatever the terminal. */
const ASCII = /^[ -~]*$/;

type StringWidth = typeof import('string-width').default;

let loaded: StringWidth | undefined;

/** Returns the columns of `text`, in which colour codes take none. What knows of other letters takes long to load, and few texts need it. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  loaded ??= require('string-width').default as StringWidth;
  return loaded(text);
}
