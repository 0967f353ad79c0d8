/** `natcheck punch` as two processes on loopback: the steps, the path, the schema, and each way it can end. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../server/index.ts';
import { punch } from '../../src/punch/punch.ts';
import type { PunchReport } from '../../src/punch/report/report.ts';
import { natcheckHere } from './here.ts';
import { natcheck, natcheckStarted } from './natcheck.ts';
import { startRelayCut } from './relay-cut.ts';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../docs/schema/natcheck.punch-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ allErrors: true }).compile(SCHEMA);

function jsonOf(stdout: string): PunchReport {
  const report = JSON.parse(stdout);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  return report;
}

const ANY_PORT = { ip: ['127.0.0.1', '127.0.0.2'], port: 0, altPort: 0, httpPort: 0 } as const;

/** The options that lead to it. */
function at({ addresses: [udp], httpPort }: NatcheckServer, host = '127.0.0.1'): readonly string[] {
  return ['--server', `${host}:${udp?.port}`, '--rendezvous', `ws://${host}:${httpPort}`];
}

let server: NatcheckServer;
let where: readonly string[];
beforeAll(async () => {
  server = await startServer(ANY_PORT);
  where = at(server);
});
afterAll(() => server[Symbol.asyncDispose]());

describe.concurrent('natcheck punch', () => {
  it('opens a path between two who ask for each other, and shows the seven steps', async () => {
    const words = ['punch', '--json', '--room', 'steps', ...where];
    const sides = await Promise.all([
      natcheck([...words, '--id', 'alice', '--peer', 'bob']),
      natcheck([...words, '--id', 'bob', '--peer', 'alice']),
    ]);
    for (const { code, stdout, stderr } of sides) {
      expect(code, stderr).toBe(0);
      const report = jsonOf(stdout);
      expect(report).toMatchObject({
        outcome: 'direct',
        technique: 'host',
        reason: null,
        plan: { technique: 'simultaneous-open', probability: 1 },
      });
      expect(report.steps.map(({ step }) => step).toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(report.authenticated).toBe(false);
      // On a busy machine one has been waiting by then, which is told in between.
      expect(stderr).toMatch(
        /^not authenticated: whoever knows the room can be (alice|bob)\n(.* other machine:\n.*\n)?plan: /m,
      );
      expect(stderr).toMatch(
        /plan: simultaneous-open: (alice and bob|bob and alice) are behind the same NAT, or on one network/,
      );
    }
    const [alice, bob] = sides.map(({ stdout }) => jsonOf(stdout));
    expect(alice?.remote).toEqual(bob?.local);
    expect(bob?.remote).toEqual(alice?.local);
  });

  it('whose peer closes the path before it was looked at is direct all the same, and says what was measured', async () => {
    const [udp] = server.addresses;
    const alice = natcheck(['punch', '--json', '--room', 'closing', ...where, '--id', 'alice', '--peer', 'bob']);
    const bob = await punch({
      id: 'bob',
      peer: 'alice',
      room: 'closing',
      server: `127.0.0.1:${udp?.port}`,
      rendezvous: `ws://127.0.0.1:${server.httpPort}`,
    });
    await bob[Symbol.asyncDispose]();
    const { code, stdout, stderr } = await alice;
    expect(code, stderr).toBe(0);
    expect(jsonOf(stdout)).toMatchObject({
      outcome: 'direct',
      reason: null,
      health: { probes: 0, lost: 0, rttMs: null },
    });
  });

  it.each([
    ['-4', '127.0.0.1', '127.0.0.1'],
    ['-6', '[::1]', '::1'],
  ])('on a server with both IP versions is over the one that is wanted: %s', async (option, host, address) => {
    await using both = await startServer({ ...ANY_PORT, ip: [...ANY_PORT.ip, '::1'] });
    const words = ['punch', '--json', '--room', 'wanted', ...at(both, host), option];
    const sides = await Promise.all([
      natcheck([...words, '--id', 'alice', '--peer', 'bob']),
      natcheck([...words, '--id', 'bob', '--peer', 'alice']),
    ]);
    expect(sides.map(({ code, stdout }) => [code, jsonOf(stdout).remote?.address])).toEqual([
      [0, address],
      [0, address],
    ]);
  });

  it('by a relay is called relayed, and exits with 5', async () => {
    await using relay = await startServer({ ...ANY_PORT, relay: { open: true, allowPrivate: true } });
    const words = ['punch', '--json', '--relay-only', ...at(relay)];
    const sides = await Promise.all([
      natcheck([...words, '--id', 'alice', '--peer', 'bob']),
      natcheck([...words, '--id', 'bob', '--peer', 'alice']),
    ]);
    for (const { code, stdout, stderr } of sides) {
      expect(code, stderr).toBe(5);
      const report = jsonOf(stdout);
      expect(report).toMatchObject({ outcome: 'relayed', technique: 'relay', reason: null });
      expect(report.steps.at(-1)?.text).toMatch(/: relayed, /);
    }
  });

  it('with one side that wants a relay alone is relayed for both, at once and with a whole look at the path', async () => {
    await using relay = await startServer({ ...ANY_PORT, relay: { open: true, allowPrivate: true } });
    const words = ['punch', '--json', ...at(relay)];
    const sides = await Promise.all([
      natcheck([...words, '--id', 'alice', '--peer', 'bob', '--relay-only']),
      natcheck([...words, '--id', 'bob', '--peer', 'alice']),
    ]);
    for (const { code, stdout, stderr } of sides) {
      expect(code, stderr).toBe(5);
      expect(jsonOf(stdout)).toMatchObject({
        outcome: 'relayed',
        technique: 'relay',
        reason: null,
        plan: {
          technique: 'relay',
          probability: 0,
          text: 'alice is reachable only through a relay: no direct path is tried',
        },
        health: { probes: 20, lost: 0 },
      });
    }
  });

  it('whose relay falls silent while the path is looked at says that it is lost, and exits with 7', async () => {
    const users = [{ name: 'both', password: 'secret' }];
    await using relay = await startServer({ ...ANY_PORT, relay: { users, allowPrivate: true } });
    await using cut = await startRelayCut({ port: relay.addresses[0]?.port ?? 0 });
    const turn = ['--turn', `turn:127.0.0.1:${cut.port}`, '--turn-user', 'both:secret'];
    const words = ['punch', '--json', '--relay-only', ...turn, ...at(relay)];
    const sides = await Promise.all([
      natcheck([...words, '--id', 'alice', '--peer', 'bob']),
      natcheck([...words, '--id', 'bob', '--peer', 'alice']),
    ]);
    for (const { code, stdout, stderr } of sides) {
      expect(code, stderr).toBe(7);
      expect(jsonOf(stdout)).toMatchObject({
        outcome: 'failed',
        reason: 'path-lost',
        detail: expect.stringMatching(
          /^the last \d+ probes were not answered, and .* before: a router has restarted or dropped the mapping, the peer is gone, or the way to it is cut$/,
        ),
      });
    }
  });

  it('leaves the room at once when interrupted, so that its id is free', async () => {
    const words = ['punch', ...where, '--room', 'leaving', '--id', 'erin', '--peer', 'frank'];
    await using first = natcheckStarted(words);
    await first.said(/ 1 {2}erin → server/);
    const { signal } = await first.end('SIGINT');
    expect(signal).toBe('SIGINT');
    const { code } = await natcheck([...words, '--wait', '0.1']);
    expect(code).toBe(6);
  });
});

describe('natcheck punch that comes to no path', () => {
  it('exits with 6 when the peer does not come', async () => {
    const { code, stdout } = await natcheckHere([
      'punch',
      ...where,
      '--id',
      'carol',
      '--peer',
      'dave',
      '--wait',
      '0.5',
    ]);
    expect(code).toBe(6);
    const detail = 'in the 0.5 s of waiting, dave was not in the room, where ';
    expect(stdout).toContain(`no path from carol to dave: no-peer: the peer did not come\n${detail}`);
  });

  it('exits with 3 when nobody serves the rendezvous', async () => {
    const words = [
      'punch',
      '--json',
      '--id',
      'a',
      '--peer',
      'b',
      '--server',
      '127.0.0.1',
      '--rendezvous',
      'ws://127.0.0.1:1',
    ];
    const { code, stdout } = await natcheckHere(words);
    expect(code).toBe(3);
    expect(jsonOf(stdout)).toMatchObject({
      outcome: 'failed',
      reason: 'rendezvous-unreachable',
      detail:
        'nothing listens on TCP 127.0.0.1:1: a server that speaks only STUN has no rendezvous; natcheck serve has one, and --rendezvous wss://HOST:PORT names one that is elsewhere [ECONNREFUSED]',
      steps: [],
    });
  });

  it('exits with 3 when the system cannot reach the server over UDP, though the rendezvous lives elsewhere', async () => {
    // Broadcasting takes a permission that no socket here asks for: the system refuses, and nothing is sent.
    const words = ['punch', '--json', '--id', 'h', '--peer', 'i', '--room', 'no-route', ...where];
    const { code, stdout } = await natcheckHere(
      [...words, '--server', '255.255.255.255'].toSpliced(words.indexOf('--server'), 2),
    );
    expect(code).toBe(3);
    expect(jsonOf(stdout)).toMatchObject({
      outcome: 'failed',
      reason: 'no-route',
      detail:
        'this host does not permit sending to 255.255.255.255:3478: check its firewall, and that this is the address of one host [EACCES]',
    });
  });

  it.each([
    [['--id', 'gina', '--peer', 'gina'], 'you and the peer both have the id gina: each side needs its own'],
    [['--peer', 'x', '--wait', '0'], '--wait takes a number of seconds, more than 0 and at most 86400'],
    [['--id', 'x'], 'Missing required argument: peer; see natcheck --help'],
  ])('%j is one clear line and exit 2', async (words, line) => {
    expect(await natcheckHere(['punch', ...where, ...words])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `natcheck: ${line}\n`,
    });
  });

  it('wants a server', async () => {
    const { code, stderr } = await natcheckHere(['punch', '--peer', 'x'], { NATCHECK_SERVER: '' });
    expect(code).toBe(2);
    expect(stderr).toBe('natcheck: name the natcheck server where the two peers meet: --server or NATCHECK_SERVER\n');
  });
});
