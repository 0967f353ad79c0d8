/** `natcheck detect`: what it prints, the schema it keeps to, its exit codes, and one line for wrong use. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { FULL_CONE, SYMMETRIC, TRANSLATIONS } from '../../lab/profiles.ts';
import { detectInSim } from '../../lab/sim/detect/detect.ts';
import { PORT_ASSIGNMENT_KINDS } from '../../src/nat/port-assignment/pattern.ts';
import { REASONS } from '../../src/nat/reason.ts';
import { ROUTER_REASONS } from '../../src/nat/router.ts';
import { TRANSLATION_KINDS } from '../../src/nat/translation/translation.ts';
import { VERDICT_TYPES } from '../../src/nat/verdict.ts';
import { type Fault, startFakeServer } from '../net/fake-server.ts';
import { natcheckHere } from './here.ts';
import { natcheck, natcheckStarted } from './natcheck.ts';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../docs/schema/natcheck.detect-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ allErrors: true }).compile(SCHEMA);

/** The one JSON object on stdout, held to the schema. */
function jsonOf(stdout: string): Record<string, unknown> {
  const report = JSON.parse(stdout);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  expect(stdout).toBe(`${JSON.stringify(report)}\n`);
  return report;
}

describe.concurrent('natcheck detect', () => {
  it('says the verdict, what it means, and which peers can be reached', async () => {
    await using server = await startFakeServer();
    const { code, stdout, stderr } = await natcheck(['detect', '--server', server.name]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'NAT type   open',
      '           There is no NAT and no firewall: anyone can send to this machine.',
      expect.stringMatching(/^Public {5}(127\.0\.0\.1:\d+) \(local \1\)$/),
      'Mapping    none',
      'Filtering  endpoint-independent',
      'Ports      not translated',
      'Addresses  not translated',
      expect.stringMatching(new RegExp(`^Server {5}${server.name}, \\d+\\.\\d\\d s$`)),
      '',
      'A direct path to a peer behind',
      '    full-cone                    direct',
      '    restricted                   direct',
      '    port-restricted              direct',
      '    symmetric, ports counted up  direct',
      '    symmetric, random ports      direct',
      '',
    ]);
  });

  it('shows each probe as evidence when verbose', async () => {
    await using server = await startFakeServer();
    const { stdout } = await natcheckHere(['detect', '--server', server.name, '--verbose']);
    const evidence = stdout.split('\n').slice(stdout.split('\n').indexOf('Evidence') + 1);
    const row =
      /^ {4}mapping\.primary +to 127\.0\.0\.1:\d+ +\d of \d answered +from 127\.0\.0\.1:\d+ after [\d.]+ ms, seen as 127\.0\.0\.1:\d+$/;
    expect(evidence[0]).toMatch(row);
    expect(evidence.filter((line) => line.includes('filtering.change-ip-and-port'))).toHaveLength(1);
  });

  it('with --json prints exactly one object, of the schema', async () => {
    await using server = await startFakeServer();
    const { code, stdout, stderr } = await natcheck(['detect', '--json', '--server', server.name]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = jsonOf(stdout);
    expect(report).toMatchObject({ schema: 'natcheck.detect/1', verdict: { type: 'open', reason: null } });
    // Those two are there only when asked for.
    expect(Object.keys(report)).not.toEqual(expect.arrayContaining(['hairpin']));
    expect(Object.keys(report)).not.toEqual(expect.arrayContaining(['lifetime']));
  });

  it('takes the server from NATCHECK_SERVER, and a flag wins', async () => {
    await using named = await startFakeServer();
    await using flagged = await startFakeServer();
    const env = { NATCHECK_SERVER: named.name };
    const byEnvironment = jsonOf((await natcheck(['detect', '--json'], env)).stdout);
    expect(byEnvironment).toMatchObject({ server: { port: named.layout.port } });
    const byFlag = jsonOf((await natcheck(['detect', '--json', '--server', flagged.name], env)).stdout);
    expect(byFlag).toMatchObject({ server: { port: flagged.layout.port } });
  });

  it('exits with 3 when no server answers, and says so', async () => {
    await using silent = await startFakeServer({ fault: () => [] });
    const { code, stdout } = await natcheckHere(['detect', '--server', silent.name, '--timeout', '500']);
    expect(code).toBe(3);
    expect(stdout.split('\n')[2]).toBe('Reason     no-answer: no server answered, over UDP or TCP');
  });

  it('exits with 3 for a name that cannot be looked up', async () => {
    const { code, stdout } = await natcheckHere(['detect', '--json', '--server', 'nosuch.invalid']);
    expect(code).toBe(3);
    expect(jsonOf(stdout)).toMatchObject({ verdict: { type: 'inconclusive', reason: 'unknown-host' }, local: null });
  });

  describe('of both IP versions', () => {
    /** `natcheck detect` of one server of each version; the IPv6 one has one address. */
    const both = async (faults: { readonly ipv4?: Fault; readonly ipv6?: Fault }, ...words: readonly string[]) => {
      await using ipv4 = await startFakeServer({ ...(faults.ipv4 && { fault: faults.ipv4 }) });
      await using ipv6 = await startFakeServer({ at: '::1', ...(faults.ipv6 && { fault: faults.ipv6 }) });
      return await natcheckHere(['detect', '--server', ipv4.name, '--server', ipv6.name, ...words]);
    };
    const silence: Fault = () => [];

    it('prints two parts, each under its name, and exits with 0 by the one that has a verdict', async () => {
      const { code, stdout, stderr } = await both({});
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const lines = stdout.split('\n');
      expect(lines.slice(0, 2)).toEqual(['IPv4', 'NAT type   open']);
      const second = lines.indexOf('IPv6');
      expect(lines[second - 1]).toBe('');
      expect(lines.slice(second + 1)).toEqual([
        'NAT type   inconclusive',
        '           The evidence does not settle it, and natcheck does not guess.',
        'Reason     server-has-one-address: the server has one address; this test needs a server with two',
        expect.stringMatching(/^Public {5}(\[::1\]:\d+) \(local \1\)$/),
        'Mapping    undetermined (server-has-one-address)',
        'Filtering  undetermined (server-has-one-address)',
        'Ports      undetermined (server-has-one-address)',
        'Addresses  undetermined (server-has-one-address)',
        expect.stringMatching(/^Server {5}\[::1\]:\d+, \d+\.\d\d s$/),
        '',
      ]);
      expect(lines).toContain('A direct path over IPv4 to a peer behind');
    });

    it('prints one object with --json, with that of IPv6 in it', async () => {
      const { code, stdout } = await both({ ipv6: silence }, '--json');
      expect(code).toBe(0);
      expect(jsonOf(stdout)).toMatchObject({
        verdict: { type: 'open' },
        ipv6: { verdict: { type: 'inconclusive', reason: 'cut-short' } },
      });
    });

    it('exits with 4 where servers answer over one of them, and with 3 where none does', async () => {
      expect((await both({ ipv4: silence }, '--timeout', '4000')).code).toBe(4);
      expect((await both({ ipv4: silence, ipv6: silence }, '--timeout', '500')).code).toBe(3);
    });

    it('is of the one alone that a flag names', async () => {
      for (const [flag, type] of [
        ['-4', 'open'],
        ['-6', 'inconclusive'],
      ] as const) {
        const report = jsonOf((await both({}, '--json', flag)).stdout);
        expect(report).toMatchObject({ verdict: { type } });
        expect(report).not.toHaveProperty('ipv6');
      }
    });
  });

  it('exits with 4 when it is inconclusive', async () => {
    await using server = await startFakeServer({ oneAddress: true });
    const { code, stdout } = await natcheckHere(['detect', '--json', '--server', server.name]);
    expect(code).toBe(4);
    expect(jsonOf(stdout)).toMatchObject({ verdict: { type: 'inconclusive', reason: 'server-has-one-address' } });
  });

  it('ends at once by the signal that interrupts it, and prints nothing', async () => {
    const asked = Promise.withResolvers<void>();
    await using silent = await startFakeServer({
      fault: () => {
        asked.resolve();
        return [];
      },
    });
    await using running = natcheckStarted(['detect', '--server', silent.name]);
    await asked.promise;
    expect(await running.end('SIGINT')).toEqual({ code: null, signal: 'SIGINT', stdout: '', stderr: '' });
  });

  it('tests hairpinning and the lifetime when asked to', async () => {
    await using server = await startFakeServer();
    const words = ['detect', '--json', '--server', server.name, '--hairpin', '--lifetime'];
    const { code, stdout, stderr } = await natcheckHere(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'mapping lifetime: this takes up to 180 s\n' });
    expect(jsonOf(stdout)).toMatchObject({
      hairpin: { supported: null, reason: 'no-nat' },
      lifetime: { atLeastS: null, atMostS: null, reason: 'no-nat' },
    });
  });

  it('asks the router when told to, and none where there is no NAT', async () => {
    await using server = await startFakeServer();
    const { code, stdout } = await natcheckHere(['detect', '--json', '--server', server.name, '--router']);
    expect(code).toBe(0);
    expect(jsonOf(stdout)).toMatchObject({
      router: { mapping: null, isPinhole: false, wan: null, carrierGrade: null, reason: 'no-nat' },
    });
    expect(SCHEMA.properties.router.properties.reason.enum).toEqual([...Object.keys(ROUTER_REASONS), null]);
  });

  it('lists what it did not believe', async () => {
    await using server = await startFakeServer({ fault: (reply) => [reply, { ...reply, bytes: Uint8Array.of(7) }] });
    const { code, stdout } = await natcheckHere(['detect', '--json', '--server', server.name]);
    expect(code).toBe(0);
    const { rejected } = jsonOf(stdout) as { rejected: { cause: string }[] };
    expect(new Set(rejected.map(({ cause }) => cause))).toEqual(new Set(['malformed']));
  });

  it.each([
    [['--timeout', 'abc'], '--timeout takes a number'],
    [['--timeout', '0'], '--timeout takes a whole number from 1 to 600000'],
    [['--timeout', '1.5'], '--timeout takes a whole number from 1 to 600000'],
    [['--local', '203.0.113.77', '--server', '127.0.0.1'], '203.0.113.77 is not an address of this host'],
    [['--local', 'eth0'], "'eth0' is not an IP address"],
    [['--server', 'http://x'], "'http://x' is not a server: write HOST, HOST:PORT or [IPv6]:PORT"],
    [
      ['--server', '[fe80::1%eth0]:3478'],
      'fe80::1%eth0 has a zone, so it is on one link only: write an address without one',
    ],
    [['-4', '-6'], '-4 and -6 exclude each other: without them both are used'],
    [['--http-port', '70000'], '--http-port takes a whole number from 1 to 65535'],
    [['--lifetime', 'long'], '--lifetime takes a whole number from 1 to 3600'],
    [['--lifetime=0'], '--lifetime takes a whole number from 1 to 3600'],
    [['--sever', 'x'], 'Unknown argument: sever; did you mean --server? See natcheck --help'],
  ])('%j is one clear line and exit 2', async (words, line) => {
    expect(await natcheckHere(['detect', ...words])).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `natcheck: ${line}\n`,
    });
  });
});

describe('the schema', () => {
  it.each([
    FULL_CONE,
    SYMMETRIC,
    { ...FULL_CONE, ports: 'sequential' } as const,
    { ...FULL_CONE, ports: 'block' } as const,
    ...TRANSLATIONS,
  ])('fits a report from behind a NAT: %o', (nat) => {
    const report = detectInSim({ access: { kind: 'nat', layers: [nat] }, seed: 1 });
    expect(validate(JSON.parse(JSON.stringify(report))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('has a report of IPv6 within another one, and none within that', () => {
    const report = JSON.parse(JSON.stringify(detectInSim({ access: { kind: 'open' }, seed: 1 })));
    expect(validate({ ...report, ipv6: report })).toBe(true);
    expect(validate({ ...report, ipv6: { ...report, ipv6: report } })).toBe(false);
    expect(validate({ ...report, ipv6: { ...report, verdict: null } })).toBe(false);
  });

  it('knows every verdict, every kind of allocation and translation, and every reason that the code knows', () => {
    expect(SCHEMA.properties.verdict.properties.type.enum).toEqual([...VERDICT_TYPES]);
    expect(SCHEMA.properties.allocation.properties.kind.enum).toEqual([...PORT_ASSIGNMENT_KINDS]);
    expect(SCHEMA.properties.translation.properties.kind.enum).toEqual([...TRANSLATION_KINDS]);
    expect(SCHEMA.$defs.reason.enum.toSorted()).toEqual(Object.keys(REASONS).toSorted());
  });
});
