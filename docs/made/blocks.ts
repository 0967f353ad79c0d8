/** The parts of a page that programs write, each between a line that names it and a line that ends it. */

/** Makes the Markdown of a block, or the text of a picture: the same each time that it is called. */
export type Maker = () => string;

/** Whatever follows the first line, up to the next end or else the end of the page. */
const BLOCK = /^(<!-- made by npm run docs: (\S+) -->)\n(?:.*?^<!-- end of (\S+) -->$|.*)/gms;

/** The names of a page's blocks, in their order. */
export function blockNames(text: string): readonly string[] {
  return [...text.matchAll(BLOCK)].map(([, , name = '']) => name);
}

/** Returns the page's text with every block made anew. @throws Error for a block that nobody makes, or that has no end. */
export function withBlocks(text: string, makers: Readonly<Record<string, Maker>>): string {
  return text.replace(BLOCK, (_, head: string, name: string, ended: string | undefined) => {
    const make = makers[name];
    if (!make) throw new Error(`no maker in docs/made/makers.ts has the name ${name}`);
    if (ended === undefined) throw new Error(`the block ${name} has no end`);
    if (ended !== name) throw new Error(`the block ${name} ends as ${ended}`);
    return `${head}\n\n${make()}\n\n<!-- end of ${name} -->`;
  });
}
