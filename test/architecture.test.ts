/**
 * The house as docs/architecture.md draws it: who may import whom, which parts hold no socket, timer, clock or randomness,
 * that nothing goes round in a circle, and that no room is crowded.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readPicture } from './docs/picture.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TOPS = ['cli', 'server', 'src', 'lab'];
const MAX_ENTRIES = 16;
const MAX_LINES = 250;

/** From each part, the parts it may import beside itself; the longest matching folder names a file's part. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/stun': ['src/base'],
  'src/nat': ['src/base', 'src/stun'],
  'src/nat/browser': ['src/base', 'src/nat', 'src/rendezvous'],
  'src/ice': ['src/base', 'src/stun'],
  'src/turn': ['src/base', 'src/stun'],
  'src/rendezvous': ['src/base', 'src/nat', 'src/stun'],
  'src/net': ['src/base', 'src/rendezvous', 'src/turn'],
  'src/port-mapping': ['src/base', 'src/nat', 'src/net'],
  'src/detect': ['src/base', 'src/nat', 'src/net', 'src/port-mapping', 'src/rendezvous'],
  'src/punch/attempt': ['src/base', 'src/ice', 'src/nat', 'src/rendezvous', 'src/stun'],
  'src/punch': [
    ...['src/base', 'src/detect', 'src/ice', 'src/net', 'src/port-mapping', 'src/punch/attempt'],
    ...['src/rendezvous', 'src/stun', 'src/turn'],
  ],
  'src/punch/report/words': ['src/nat', 'src/punch/attempt'],
  'src/tunnel/handshake': [],
  'src/tunnel': [
    ...['src/base', 'src/net', 'src/punch', 'src/punch/attempt', 'src/rendezvous', 'src/tunnel/handshake'],
  ],
  src: ['src/base', 'src/detect', 'src/ice', 'src/nat', 'src/net', 'src/punch', 'src/punch/attempt'],
  'server/base': [],
  'server/limit': ['src/base'],
  'server/stun/ticket': ['src/base'],
  'server/browser/decisions': [
    ...[
      'server/limit',
      'server/stun/decisions',
      'src/base',
      'src/ice',
      'src/nat',
      'src/nat/browser',
      'src/rendezvous',
      'src/stun',
    ],
  ],
  'server/browser': [
    ...['server/base', 'server/browser/decisions', 'server/http', 'server/limit', 'server/stun/decisions', 'src/base'],
    ...['src/nat/browser', 'src/net'],
  ],
  'server/stun/decisions': ['server/base', 'src/base', 'src/stun'],
  'server/turn/choice': [],
  'server/turn/decisions': ['server/base', 'server/limit', 'src/base', 'src/stun', 'src/turn'],
  'server/rendezvous/decisions': [
    ...['server/base', 'server/limit', 'server/stun/ticket', 'server/turn/choice', 'src/base', 'src/rendezvous'],
  ],
  'server/cluster/decisions': [
    ...['server/base', 'server/limit', 'server/rendezvous/decisions', 'server/stun/ticket', 'server/turn/choice'],
    'src/rendezvous',
  ],
  'server/cluster': [
    ...['server/base', 'server/cluster/decisions', 'server/operations', 'server/rendezvous/decisions'],
    ...['server/turn/choice', 'src/net', 'src/rendezvous'],
  ],
  'server/partner/decisions': ['server/limit', 'server/stun/decisions', 'src/base', 'src/stun'],
  'server/partner': [
    'server/base',
    'server/partner/decisions',
    'server/sockets',
    'server/stun/decisions',
    'src/base',
    'src/net',
  ],
  'server/sockets': ['server/base', 'server/limit', 'src/base', 'src/nat', 'src/net'],
  'server/http': ['server/base', 'server/limit', 'server/sockets', 'src/base'],
  'server/operations': ['server/base', 'server/http', 'server/limit', 'server/sockets', 'src/base'],
  'server/stun': ['server/base', 'server/limit', 'server/stun/decisions', 'src/base', 'src/net', 'src/stun'],
  'server/turn': [
    ...['server/base', 'server/limit', 'server/sockets', 'server/turn/choice', 'server/turn/decisions'],
    ...['src/base', 'src/net', 'src/rendezvous', 'src/turn'],
  ],
  'server/rendezvous': [
    'server/base',
    'server/http',
    'server/limit',
    'server/operations',
    'server/rendezvous/decisions',
    'src/net',
    'src/rendezvous',
  ],
  'server/services': [
    ...['server/base', 'server/limit', 'server/partner', 'server/sockets', 'server/stun', 'server/stun/decisions'],
    ...['server/stun/ticket', 'server/turn', 'server/turn/decisions', 'src/base', 'src/net'],
  ],
  server: [
    ...[
      'server/base',
      'server/browser',
      'src/nat/browser',
      'server/cluster',
      'server/http',
      'server/operations',
      'server/partner',
    ],
    ...['server/partner/decisions', 'server/rendezvous', 'server/rendezvous/decisions', 'server/services'],
    ...['server/sockets', 'server/stun', 'server/stun/decisions', 'server/turn'],
    ...['server/turn/decisions', 'src/base', 'src/nat', 'src/net', 'src/rendezvous'],
  ],
  'lab/base': ['src/base', 'src/nat', 'src/punch/attempt'],
  'lab/sim/network': ['src/base', 'src/stun'],
  'lab/sim/nat': ['lab/base', 'lab/sim/network', 'src/base', 'src/nat'],
  'lab/sim/site': ['lab/base', 'lab/sim/nat', 'lab/sim/network', 'src/base'],
  'lab/sim/server': [
    ...[
      'lab/sim/network',
      'server/partner/decisions',
      'server/rendezvous/decisions',
      'server/stun/decisions',
      'server/stun/ticket',
    ],
    ...['server/turn/decisions', 'src/base', 'src/rendezvous', 'src/stun', 'src/turn'],
  ],
  'lab/sim/detect': [
    ...['lab/base', 'lab/sim/nat', 'lab/sim/network', 'lab/sim/server', 'lab/sim/site', 'server/stun/decisions'],
    ...['src/base', 'src/nat'],
  ],
  'lab/sim/punch': [
    ...['lab/base', 'lab/sim/network', 'lab/sim/server', 'lab/sim/site'],
    ...['src/base', 'src/ice', 'src/nat', 'src/punch/attempt', 'src/rendezvous', 'src/stun', 'src/turn'],
  ],
  'lab/sim/browser': [
    ...['lab/sim/network', 'lab/sim/server', 'lab/sim/site', 'server/browser/decisions', 'server/stun/decisions'],
    ...['src/base', 'src/ice', 'src/nat', 'src/nat/browser', 'src/stun'],
  ],
  'lab/sim/truth': ['lab/base', 'lab/sim/nat', 'lab/sim/network', 'lab/sim/punch'],
  'lab/sim': ['lab/base', 'lab/sim/network', 'lab/sim/server', 'lab/sim/site', 'src/base', 'src/nat'],
  'lab/file': ['lab/base', 'src/base', 'src/nat'],
  'lab/witness': ['src/base', 'src/stun'],
  'lab/results': ['lab/witness', 'src/base', 'src/net'],
  'lab/run': ['lab/base', 'lab/docker', 'lab/file', 'lab/results', 'lab/witness', 'src/base', 'src/net'],
  'lab/docker': [
    'lab/base',
    'lab/results',
    'lab/witness',
    'src/base',
    'src/nat',
    'src/net',
    'src/punch',
    'src/punch/attempt',
  ],
  'lab/vitest': ['lab/docker'],
  lab: ['lab/base', 'lab/docker', 'lab/witness'],
  cli: [
    ...[
      'lab/base',
      'lab/docker',
      'lab/file',
      'lab/results',
      'lab/run',
      'lab/sim/detect',
      'lab/sim/network',
      'lab/sim/punch',
      'server',
      'src/base',
    ],
    ...[
      'src/detect',
      'src/nat',
      'src/net',
      'src/punch',
      'src/punch/attempt',
      'src/punch/report/words',
      'src/rendezvous',
      'src/tunnel',
    ],
  ],
};

/** Leaves that everything of their tree may use. */
const BASE: Readonly<Record<string, string>> = {
  'src/address-scope.ts': 'src/base',
  'src/endpoint.ts': 'src/base',
  'src/errors.ts': 'src/base',
  'src/tunnel/session/datagram/replay-window.ts': 'src/base',
  'src/session.ts': 'src/base',
  'src/visible.ts': 'src/base',
  'server/operations/metrics.ts': 'server/base',
  'server/secret.ts': 'server/base',
  'server/start-error.ts': 'server/base',
  'lab/profiles.ts': 'lab/base',
  'lab/suggest.ts': 'lab/base',
  'lab/accesses.ts': 'lab/base',
  'lab/further-nats.ts': 'lab/base',
  'lab/conformance.ts': 'lab/base',
  'lab/known-behavior.ts': 'lab/base',
  'lab/mismatches.ts': 'lab/base',
};

/** What decides, and does nothing: driven by whoever has sockets and a clock. */
const SANS_IO = [
  'src/nat/browser',
  'src/punch/report/words',
  'server/browser/decisions',
  ...['src/stun', 'src/nat', 'src/ice', 'src/rendezvous', 'src/turn', 'src/punch/attempt', 'src/tunnel/handshake'],
  ...[
    'lab/witness',
    'server/limit',
    'server/stun/ticket',
    'server/cluster/decisions',
    'server/stun/decisions',
    'server/turn/choice',
    'server/turn/decisions',
    'server/rendezvous/decisions',
  ],
  'server/partner/decisions',
];
/** They have sockets and clocks of `src/net` alone. */
const WITHOUT_OWN_IO = ['src/punch', 'src/detect'];
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
