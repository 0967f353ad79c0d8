import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabFileError } from '../../../lab/file/lab-file-error.ts';
import { parseLabFile } from '../../../lab/file/read.ts';
import { CLASSIC_NATS } from '../../../lab/profiles.ts';

const WHOLE = `\
name: nebula
sides:
  packages: [nebula]
  devices: [/dev/net/tun]
  capabilities: [NET_ADMIN]
  command: nebula -config /shared/{{own.name}}.yml
  b: { command: [nebula, -config, "{{a.line:/ready (\\\\S+)/}}"] }
public:
  lighthouse: { packages: [nebula], command: nebula, ready: { port: 4242 } }
nats: { rows: [classic], columns: [symmetric+ipv6-firewall] }
success: { within: 30s, line: /connected/i }
expect: { table: { "full-cone x symmetric+ipv6-firewall": relayed }, otherwise: arithmetic }
faults:
  - { after: 3s, loss: 5%, side: a }
link: { latency: 20ms, rate: 10Mbit/s }
`;

const parse = (text: string) => parseLabFile(text, { file: 'nat-lab.yml', dir: '/work' });

function refusalOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof LabFileError) return error.message;
    throw error;
  }
  return 'taken';
}

describe('a lab file', () => {
  it('may send bytes later than at once', () => {
    const afterOf = (after: string): unknown => {
      const bytes = `bytes: { address: 10.0.0.1, after: ${after} }`;
      const [condition] = parse(`sides: { command: x }\nsuccess: { ${bytes} }`).success.conditions;
      return condition.kind === 'bytes' ? condition.after : condition;
    };
    expect(afterOf('5s')).toEqual({ kind: 'time', afterMs: 5000 });
    expect(afterOf('{ line: /direct/, of: b, wait: 100ms }')).toEqual({
      ...{ kind: 'line', of: 'b', pattern: /direct/, afterMs: 100 },
    });
  });

  it('is plain data, with every name resolved and every default filled in', () => {
    const file = parse(WHOLE);
    expect(file).toMatchObject({
      name: 'nebula',
      natcheckServer: false,
      setup: null,
      pairsAtOnce: null,
      link: { latencyMs: 20, jitterMs: 0, rate: 10_000_000, lossPercent: 0 },
    });
    expect(file.rows.map(({ name }) => name)).toEqual(CLASSIC_NATS.map(({ name }) => name));
    expect(file.columns.map(({ name }) => name)).toEqual(['symmetric+ipv6-firewall']);
    expect(file.success).toEqual({
      withinMs: 30_000,
      conditions: [
        { kind: 'line', side: 'a', pattern: /connected/i },
        { kind: 'line', side: 'b', pattern: /connected/i },
      ],
    });
    expect(file.faults).toEqual([
      { when: { kind: 'time', afterMs: 3000 }, what: { kind: 'loss', side: 'a', percent: 5 } },
    ]);
  });

  it('gives each side what holds for all, and what it has of its own in place of that', () => {
    const [a, b] = parse(WHOLE).sides;
    expect(a).toMatchObject({
      name: 'a',
      source: { kind: 'lab', packages: ['nebula'] },
      devices: ['/dev/net/tun'],
      capabilities: ['NET_ADMIN'],
      command: {
        kind: 'shell',
        script: ['nebula -config /shared/', { kind: 'side', of: 'own', what: 'name' }, '.yml'],
      },
    });
    expect(b.command).toEqual({
      kind: 'argv',
      argv: [['nebula'], ['-config'], [{ kind: 'line', of: 'a', pattern: /ready (\S+)/ }]],
    });
    expect(b.source).toEqual(a.source);
  });

  it('is refused with the place of all that is wrong in it', () => {
    const text = 'sides: { comand: x }\nnats: [symetric]\nsuccess: { within: soon, line: ok }\n';
    expect(refusalOf(text).split('\n')).toEqual([
      expect.stringMatching(/^nat-lab\.yml:1:10: sides\.comand: .*command/),
      expect.stringMatching(/^nat-lab\.yml:2:8: nats\[0\]: .*symmetric/),
      expect.stringMatching(/^nat-lab\.yml:3:20: success\.within: /),
    ]);
  });

  it.each([
    ['', /the file is empty/],
    ['sides: [', /nat-lab\.yml:1:/],
    ['sides: { command: a }\nsides: { command: b }\nsuccess: { line: x }', /:2:1: /],
    ['sides: { command: "{{peer.pubic}}" }\nsuccess: { line: x }', /public/],
    [
      'sides: { a: { command: "{{b.line:/x/}}" }, b: { command: "{{a.line:/x/}}" } }\nsuccess: { line: x }',
      /these would wait for ever/,
    ],
    ['sides: { command: x }\nsuccess: { line: "/(/" }', /success\.line/],
    ['sides: { command: x }', /success/],
  ])('%j is refused', (text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });

  it('whatever a mistake makes of it, is taken or refused with places', () => {
    const slip = fc.record({ at: fc.nat(WHOLE.length), length: fc.nat(12), text: fc.string({ maxLength: 6 }) });
    fc.assert(
      fc.property(slip, ({ at, length, text }) => {
        expect(typeof refusalOf(WHOLE.slice(0, at) + text + WHOLE.slice(at + length))).toBe('string');
      }),
      { numRuns: 300 },
    );
  });
});
