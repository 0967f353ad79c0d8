/** Makes elements of the page. Text is always text: nothing that a server or a peer says is ever read as HTML. */

type Child = Node | string | null;

export interface ElementProperties {
  readonly class?: string;
  readonly id?: string;
  readonly onClick?: () => void;
  /** Further attributes by their names. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { class: name, id, onClick, attributes = {} }: ElementProperties,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (id) made.id = id;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (onClick) made.addEventListener('click', onClick);
  made.append(...children.filter((child) => child !== null));
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

export function drawing(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly Child[]
): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A table with a row of heads, whose first column names the rows. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Child[])[],
): HTMLTableElement {
  const head = heads.map((text) => element('th', { attributes: { scope: 'col' } }, text));
  const body = rows.map(([first = '', ...rest]) =>
    element(
      'tr',
      {},
      element('th', { attributes: { scope: 'row' } }, first),
      ...rest.map((cell) => element('td', {}, cell)),
    ),
  );
  return element(
    'table',
    {},
    element('caption', { class: 'hidden' }, caption),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}
