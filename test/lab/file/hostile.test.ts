/** Whatever stands in a lab file: it is read, or refused by a LabFileError, and what is read is right by the schema as well. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabFileError } from '../../../lab/file/lab-file-error.ts';
import { parseLabFile } from '../../../lab/file/read.ts';
import { labFileSchema } from '../../../lab/file/schema.ts';

const isRight = new Ajv2020({ strict: false, unicodeRegExp: true }).compile(labFileSchema());

const WHOLE = {
  name: 'x',
  setup: { build: 'dir', command: 'prepare' },
  sides: {
    packages: ['nebula'],
    files: { '/etc/x': './x' },
    env: { LOG: 'debug', PORT: 5201 },
    devices: ['/dev/net/tun'],
    capabilities: ['NET_ADMIN'],
    before: ['true'],
    command: 'x {{own.name}}',
    b: { image: 'x:1', command: ['x', 1, '{{a.line:/(.*)/}}'] },
    c: { nat: { name: 'y', mapping: 'address-dependent', filtering: 'address-dependent', lifetime: '20s', pool: 2 } },
  },
  public: {
    server: 'natcheck',
    relay: { build: { context: '.', dockerfile: 'D' }, ready: { port: 1 }, restart: true },
  },
  nats: { rows: ['classic'], columns: 'symmetric+nat66' },
  success: {
    within: '1m',
    line: ['a', '/b/'],
    json: { path: '$.a', equals: null },
    port: { to: '{{peer.address}}:1' },
    bytes: { address: '10.0.0.1', amount: '1kB' },
    c: { exit: 0 },
  },
  expect: { table: { 'full-cone × symmetric+nat66': 'none' }, otherwise: { relay: true } },
  faults: [
    { after: '1s', loss: '5%', side: 'a' },
    { after: { line: 'x', of: 'relay', wait: '1s' }, kill: 'relay' },
  ],
  link: { latency: '20ms', rate: '1Mbit/s' },
  'pairs-at-once': 1,
};

type Path = readonly string[];

/** The paths of everything in a value. */
function pathsIn(value: unknown): readonly Path[] {
  if (!(value instanceof Object)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsIn(inner).map((path) => [key, ...path])]);
}

/** A copy with something else at the path. */
function withValue(value: unknown, [key, ...rest]: Path, other: unknown): unknown {
  if (key === undefined) return other;
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  copy[key] = withValue(copy[key], rest, other);
  return Array.isArray(value) ? Object.values(copy) : copy;
}

/** What becomes of the text: taken, or the lines of the error. */
function outcomeOf(text: string): 'taken' | readonly string[] {
  try {
    parseLabFile(text, { file: 'f', dir: '/work' });
    return 'taken';
  } catch (error) {
    if (error instanceof LabFileError) return error.message.split('\n');
    throw error;
  }
}

const PATHS = pathsIn(WHOLE);
const WORDS = [
  '',
  'a',
  'c',
  '{{',
  '{{peer.name}}',
  '/(/',
  '$.a',
  '5%',
  '1s',
  'open',
  'all',
  'none',
  '__proto__',
  '\u001b[31m',
];
const other = fc.oneof(fc.constantFrom(...WORDS), fc.jsonValue({ maxDepth: 2 }), fc.string());

describe('a lab file in which anything stands anywhere', () => {
  it('is as it should be where nothing was changed', () => {
    expect(outcomeOf(JSON.stringify(WHOLE))).toBe('taken');
    isRight(WHOLE);
    expect(isRight.errors).toBeNull();
  });

  it('is taken by the schema if the reader takes it, and else refused with visible lines', () => {
    const change = fc.record({ path: fc.constantFrom(...PATHS), other });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const changed = changes.reduce<unknown>((value, { path, other }) => {
          const isThere = pathsIn(value).some((one) => one.join('\n') === path.join('\n'));
          return isThere ? withValue(value, path, other) : value;
        }, WHOLE);
        const outcome = outcomeOf(JSON.stringify(changed));
        if (outcome === 'taken') expect([isRight(changed), isRight.errors]).toEqual([true, null]);
        else for (const line of outcome) expect(line).toMatch(/^f:\d+:\d+: \P{Cc}+$|^f: and \d+ more like these$/u);
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused if it is no YAML at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        expect(outcomeOf(text)).not.toBe('taken');
      }),
      { numRuns: 500 },
    );
  });
});
