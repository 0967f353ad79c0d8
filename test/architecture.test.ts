/**
 * The house as docs/architecture.md draws it: who may import whom, which parts hold no socket, timer, clock or randomness,
 * that nothing goes round in a circle, and that no room is crowded.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BASE, MAY_IMPORT, SANS_IO, WITHOUT_OWN_IO } from './architecture/parts.ts';
import { readPicture } from './docs/picture.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TOPS = ['cli', 'server', 'src', 'lab'];
const MAX_ENTRIES = 16;
const MAX_LINES = 250;

const IO =
  /node:(dgram|net|dns|timers|fs|child_process)|\b(setTimeout|setInterval|Date\.now|performance\.now|Math\.random)\b/;

/** Pure functions of `node:net`. */
const PURE = /import \{ isIP(v[46])? \} from 'node:net';/;

const hasIo = (file: string): boolean => IO.test(textOf(file).replace(PURE, ''));

function partOf(file: string): string {
  const base = BASE[file];
  if (base) return base;
  let folder = dirname(file);
  while (!(folder in MAY_IMPORT)) folder = dirname(folder);
  return folder;
}

const sources = TOPS.flatMap((top) =>
  readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${top}/${name}`),
);
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const importsOf = (file: string): readonly string[] =>
  [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, to = '']) =>
    relative(ROOT, join(ROOT, dirname(file), to)),
  );
const imports = new Map(sources.map((file) => [file, importsOf(file)]));

/** The first circle that is met on the way from `file`, or null. */
function circleFrom(file: string, way: readonly string[], done: Set<string>): readonly string[] | null {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
  if (done.has(file)) return null;
  for (const to of imports.get(file) ?? []) {
    const circle = circleFrom(to, [...way, file], done);
    if (circle) return circle;
  }
  done.add(file);
  return null;
}

describe('the arrows', () => {
  it('point one way: every import goes where its part may look', () => {
    const wrong = sources.flatMap((file) => {
      const from = partOf(file);
      const allowed = [from, ...(MAY_IMPORT[from] ?? [])];
      return (imports.get(file) ?? [])
        .filter((to) => !allowed.includes(partOf(to)) && !to.endsWith('.json'))
        .map((to) => `${file} -> ${to}`);
    });
    expect(sources.length).toBeGreaterThan(300);
    expect(wrong).toEqual([]);
  });

  it('all are there: no part that is named is empty, and nothing is allowed that nobody does', () => {
    const used = new Map<string, Set<string>>();
    for (const file of sources) {
      const of = used.get(partOf(file)) ?? new Set();
      for (const to of imports.get(file) ?? []) of.add(partOf(to));
      used.set(partOf(file), of);
    }
    expect(Object.keys(MAY_IMPORT).filter((part) => !used.has(part))).toEqual([]);
    const idle = Object.entries(MAY_IMPORT).flatMap(([part, allowed]) =>
      allowed.filter((to) => !used.get(part)?.has(to)).map((to) => `${part} -> ${to}`),
    );
    expect(idle).toEqual([]);
  });

  it('lead nobody back to where it came from, types included', () => {
    const done = new Set<string>();
    expect(sources.map((file) => circleFrom(file, [], done)).filter((circle) => circle !== null)).toEqual([]);
  });

  it('keep sockets, timers, clocks and randomness out of the sans-IO core', () => {
    const core = sources.filter((file) => SANS_IO.includes(partOf(file)));
    expect(core.length).toBeGreaterThan(120);
    expect(core.filter(hasIo)).toEqual([]);
  });

  it('keep sockets, timers and clocks in src/net: a punch and a detection have none of their own', () => {
    const driven = sources.filter((file) => WITHOUT_OWN_IO.includes(partOf(file)));
    expect(driven.length).toBeGreaterThan(20);
    expect(driven.filter(hasIo)).toEqual([]);
  });

  it('keep the console and the exit of the process in cli', () => {
    const outside = sources.filter((file) => !file.startsWith('cli/'));
    expect(outside.filter((file) => /\bconsole\.|process\.exit\b/.test(textOf(file)))).toEqual([]);
  });
});

describe('the rooms', () => {
  it(`have ${MAX_ENTRIES} entries at most`, () => {
    const folders = new Set(sources.map(dirname).flatMap((folder) => [folder, dirname(folder)]));
    folders.delete('.');
    const crowded = [...folders].map((folder) => [folder, readdirSync(join(ROOT, folder)).length] as const);
    expect(crowded.filter(([, entries]) => entries > MAX_ENTRIES)).toEqual([]);
  });

  it(`have no file of more than ${MAX_LINES} lines`, () => {
    const lines = sources.map((file) => [file, textOf(file).split('\n').length - 1] as const);
    expect(lines.filter(([, count]) => count > MAX_LINES)).toEqual([]);
  });
});

describe('the picture of docs/architecture.md', () => {
  /** They have no place in it: nearly everything uses them. */
  const leaves = ['src/base', 'server/base', 'server/limit'];
  const drawnAs = (part: string): string =>
    part.startsWith('lab/sim/') ? 'lab/sim' : part === 'lab/base' ? 'lab/profiles.ts' : part;
  const picture = readPicture();
  const graph = new Map<string, Set<string>>();
  for (const part of Object.keys(MAY_IMPORT)) if (!leaves.includes(part)) graph.set(drawnAs(part), new Set());
  for (const [file, tos] of imports) {
    const from = drawnAs(partOf(file));
    const parts = tos.filter((to) => !to.endsWith('.json')).map((to) => drawnAs(partOf(to)));
    for (const to of parts) if (to !== from && graph.has(to)) graph.get(from)?.add(to);
  }
  const beyond = (from: string, seen = new Set<string>()): Set<string> => {
    for (const next of graph.get(from) ?? []) if (!seen.has(next)) beyond(next, seen.add(next));
    return seen;
  };

  it('has every part and every folder, and none that is not there', () => {
    expect(picture.nodes.toSorted()).toEqual([...graph.keys()].toSorted());
    expect(picture.nodes.filter((part) => !existsSync(join(ROOT, part)))).toEqual([]);
    const folders = [...new Set(sources.map((file) => file.split('/').slice(0, 2).join('/')))].filter(
      (path) => !path.endsWith('.ts') && !path.startsWith('cli/'),
    );
    expect(folders.filter((folder) => !picture.nodes.includes(folder) && !leaves.includes(folder))).toEqual([]);
  });

  it('has no circle', () => {
    expect([...graph.keys()].filter((part) => beyond(part).has(part))).toEqual([]);
  });

  it('has an arrow for every import, unless other arrows lead there, and an import for every arrow', () => {
    const arrows = [...graph].flatMap(([from, tos]) =>
      [...tos].filter((to) => ![...tos].some((next) => beyond(next).has(to))).map((to) => `${from} -> ${to}`),
    );
    expect(picture.arrows.toSorted()).toEqual(arrows.toSorted());
  });

  it('draws differently what decides, and does nothing', () => {
    expect(picture.decides.toSorted()).toEqual(SANS_IO.filter((part) => graph.has(part)).toSorted());
  });
});
