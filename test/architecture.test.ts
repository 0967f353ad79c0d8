/** The arrows of the design: who may import whom, and which parts hold no socket, timer, clock or randomness. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** From each part, the parts it may import; the longest matching prefix names a file's part. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/stun': ['src/base'],
  'src/nat': ['src/base', 'src/stun'],
  'src/ice': ['src/base', 'src/nat', 'src/stun'],
  'src/rendezvous': ['src/base', 'src/nat', 'src/stun'],
  'src/turn': ['src/base', 'src/stun'],
  'src/net': ['src/base', 'src/ice', 'src/nat', 'src/rendezvous', 'src/stun', 'src/turn'],
  'src/punch': ['src/base', 'src/ice', 'src/nat', 'src/net', 'src/rendezvous', 'src/stun', 'src/turn'],
  src: ['src/base', 'src/ice', 'src/nat', 'src/net', 'src/punch', 'src/rendezvous', 'src/stun'],
  server: ['src/base', 'src/net', 'src/rendezvous', 'src/stun', 'src/turn'],
  'lab/base': ['src/base', 'src/ice', 'src/nat'],
  'lab/sim': ['lab/base', 'server', 'src', 'src/base', 'src/ice', 'src/nat', 'src/punch', 'src/rendezvous', 'src/stun'],
  'lab/docker': ['lab/base', 'src', 'src/base', 'src/ice', 'src/nat', 'src/punch'],
  lab: ['lab/base', 'lab/sim', 'lab/docker', 'src', 'src/base'],
  cli: ['lab', 'lab/base', 'lab/sim', 'lab/docker', 'server', 'src', 'src/base', 'src/nat', 'src/net', 'src/punch'],
};

/** Leaves that everything of their tree may use. */
const BASE: Readonly<Record<string, string>> = {
  'src/address-scope.ts': 'src/base',
  'src/endpoint.ts': 'src/base',
  'src/errors.ts': 'src/base',
  'src/ports.ts': 'src/base',
  'src/session.ts': 'src/base',
  'src/net/unless-aborted.ts': 'src/base',
  'src/visible.ts': 'src/base',
  'lab/profiles.ts': 'lab/base',
  'lab/conformance.ts': 'lab/base',
  'lab/known-behavior.ts': 'lab/base',
};

/** Of the server, what decides and does nothing. */
const SANS_IO_FILES =
  /^server\/(limit\/[\w-]+|responder|rendezvous\/(?!service)[\w-]+|relay\/(?!connections|relayed-sockets|service|start|stream-server|turn-servers)[\w-]+|tcp\/admission)\.ts$/;
const SANS_IO = ['src/stun', 'src/nat', 'src/ice', 'src/rendezvous', 'src/turn'];
const IO =
  /node:(dgram|net|dns|timers|fs|child_process)|\b(setTimeout|setInterval|Date\.now|performance\.now|Math\.random)\b/;

function partOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  return BASE[file] ?? (`${top}/${second}` in MAY_IMPORT ? `${top}/${second}` : top);
}

const sources = ['cli', 'server', 'src', 'lab'].flatMap((top) =>
  readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${top}/${name}`),
);
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const importsOf = (file: string): readonly string[] =>
  [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, to = '']) =>
    relative(ROOT, join(ROOT, dirname(file), to)),
  );

describe('the arrows', () => {
  it('point one way: every import goes where its part may look', () => {
    const wrong = sources.flatMap((file) => {
      const from = partOf(file);
      const allowed = [from, ...(MAY_IMPORT[from] ?? [])];
      return importsOf(file)
        .filter((to) => !allowed.includes(partOf(to)) && !to.endsWith('.json'))
        .map((to) => `${file} -> ${to}`);
    });
    expect(sources.length).toBeGreaterThan(40);
    expect(wrong).toEqual([]);
  });

  it('keep sockets, timers, clocks and randomness out of the sans-IO core', () => {
    const core = sources.filter((file) => SANS_IO.includes(partOf(file)) || SANS_IO_FILES.test(file));
    expect(core.length).toBeGreaterThan(20);
    expect(core.filter((file) => IO.test(textOf(file)))).toEqual([]);
  });

  it('keep sockets, timers and clocks in src/net: a punch has none of its own', () => {
    const punch = sources.filter((file) => partOf(file) === 'src/punch');
    expect(punch.length).toBeGreaterThan(20);
    expect(punch.filter((file) => IO.test(textOf(file)))).toEqual([]);
  });

  it('keep the console and the exit of the process in cli', () => {
    const outside = sources.filter((file) => !file.startsWith('cli/'));
    expect(outside.filter((file) => /\bconsole\.|process\.exit\b/.test(textOf(file)))).toEqual([]);
  });
});
