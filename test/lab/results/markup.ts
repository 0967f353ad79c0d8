/** Reads markup as strictly as XML is read: for tests that nothing of a stranger has become a part of it. */

const TAG = /^<(\/?)([a-z][a-z0-9]*)((?: [\w:-]+(?:="[^"<]*")?)*) ?(\/?)>/;
/** Those of HTML that have no end. */
const VOID = new Set(['meta', 'br']);
const STYLE = /^<style>[^<]*<\/style>/;

/** The names of all tags, in their order. @throws Error for a `<` that begins none, a stray `>`, and a tag that is not closed in its turn. */
export function tagsOf(markup: string): readonly string[] {
  const names: string[] = [];
  const open: string[] = [];
  for (let at = markup.indexOf('<'); at !== -1; ) {
    const rest = markup.slice(at);
    const [style] = STYLE.exec(rest) ?? [];
    const [tag = style ?? '', end, name = 'style', , self] = TAG.exec(rest) ?? [];
    const whole = style ?? tag;
    if (whole === '') throw new Error(`no tag: ${rest.slice(0, 80)}`);
    names.push(name);
    if (style === undefined && end === '/' && open.pop() !== name) throw new Error(`not open: ${rest.slice(0, 80)}`);
    if (style === undefined && end === '' && self === '' && !VOID.has(name)) open.push(name);
    const next = markup.indexOf('<', at + whole.length);
    const between = markup.slice(at + whole.length, next === -1 ? undefined : next);
    if (between.includes('>')) throw new Error(`a stray >: ${between.slice(0, 80)}`);
    at = next;
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return names;
}
