/** How many columns of a terminal a text takes. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Printable ASCII, and the signs of natcheck's own texts: a column each. A line feed takes none. */
const PLAIN = /^[ -~…→−×·—–\n]*$/;

type StringWidth = typeof import('string-width').default;

let loaded: StringWidth | undefined;

/** Returns the columns of `text`, in which colour codes take none. What knows of other letters takes long to load, and few texts need it. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.replaceAll('\n', '').length;
  loaded ??= require('string-width').default as StringWidth;
  return loaded(text);
}
