/** As much XML as a router's description and answers need: the text of elements by their local name, whatever the prefix. */

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What is between the tags of each element of that name that has no other of the same name inside. */
export function elementsOf(xml: string, name: string): readonly string[] {
  const [, ...rest] = xml.split(new RegExp(`<(?:[\\w.-]{1,32}:)?${name}(?:\\s[^<>]*)?>`, 'i'));
  const end = new RegExp(`</(?:[\\w.-]{1,32}:)?${name}\\s*>`, 'i');
  return rest.flatMap((part) => {
    const at = part.search(end);
    return at < 0 ? [] : [part.slice(0, at)];
  });
}

/** The text of the first such element; null when there is none. */
export function textOf(xml: string, name: string): string | null {
  const [first] = elementsOf(xml, name);
  if (first === undefined) return null;
  return first.trim().replace(/&(\w{2,4});/g, (entity, known) => ENTITIES[known] ?? entity);
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign);
}
