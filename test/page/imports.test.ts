/** What the page takes from the library runs in a browser: nothing on the way from it leads to a module of Node. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What is imported for its types alone is gone in what a browser gets. */
const IMPORT = /^(?:import|export) (?!type\b)(?:[^;']*? from )?'([^']+)'|\bimport\('([^']+)'\)/gm;

/** Every file from which the page has more than types, and the modules of Node that they import, with the file. */
function reached(): { readonly files: ReadonlySet<string>; readonly node: readonly string[] } {
  const files = new Set<string>();
  const node: string[] = [];
  const waiting = ['page/main.ts'];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const [, named, lazy] of readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)) {
      const to = named ?? lazy ?? '';
      if (to.startsWith('node:')) node.push(`${file} -> ${to}`);
      if (to.startsWith('.')) waiting.push(relative(ROOT, join(ROOT, dirname(file), to)));
    }
  }
  return { files, node };
}

it('imports no module of Node, however far the way', () => {
  const { files, node } = reached();
  expect([...files]).toContain('page/friend/meet/meeting.ts');
  expect([...files]).toContain('src/punch/attempt/plan.ts');
  expect(node).toEqual([]);
});
