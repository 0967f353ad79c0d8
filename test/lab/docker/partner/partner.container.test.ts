/**
 * Two servers in two containers with one address each, which are partners: behind each NAT of the lab, clients of others
 * and ours find what they find with one server that has two addresses, and two who meet at one of them punch as they do there.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStunClient, stunClientCommand } from '../../../../lab/docker/reference-clients/stun-client.ts';
import { parseTurnutils, turnutilsCommand } from '../../../../lab/docker/reference-clients/turnutils.ts';
import { CLASSIC_NATS, type Lab, type LabContainer, type Program, SYMMETRIC } from '../../../../lab/index.ts';
import { gateCases } from '../../../runs.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { describeLab } from '../provided.ts';
import { startPunch } from '../punch/run.ts';
import { DOWN, servePartnered, UP } from './serve.ts';

/** The next line from now on that matches. */
function nextLine({ onLine }: Program, pattern: RegExp): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let isOld = true;
  const listening = onLine((line) => {
    if (isOld || !pattern.test(line)) return;
    listening[Symbol.dispose]();
    resolve(line);
  });
  isOld = false;
  return promise;
}

describeLab('two servers with one address each', () => {
  let lab: Lab;
  let home: Program;
  let away: Program;
  let other: LabContainer;
  beforeAll(async () => {
    lab = await borrowLab({ profiles: [...CLASSIC_NATS, SYMMETRIC], helpers: ['partner'] });
    other = lab.helper('partner');
    home = await servePartnered(lab.server, {
      ...{ ip: [lab.server.primary], partner: [other.address] },
      more: ['--relay', '--open-relay'],
    });
    away = await servePartnered(other, { ip: [other.address], partner: [lab.server.primary] });
    await Promise.all([home.line(UP.IPv4), away.line(UP.IPv4)]);
  });
  afterAll(async () => {
    await home?.[Symbol.asyncDispose]();
    await away?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });
  const detect = async (client: LabContainer, server: string) => {
    const { stdout, stderr } = await client.exec(['natcheck', 'detect', '--json', '--server', server]);
    expect(stdout, stderr).not.toBe('');
    return JSON.parse(stdout);
  };
  const reasonAt = async (nat: string): Promise<string | null> =>
    (await detect(lab.nat(nat).client(0), lab.server.primary)).filtering.reason;

  describe.for(gateCases([0, 1], (index) => index === 0))('asked at the address of number %i', (index) => {
    const server = (): string => (index === 0 ? lab.server.primary : other.address);

    it.concurrent.for(CLASSIC_NATS)('turnutils_natdiscovery finds $name', async ({ name, mapping, filtering }) => {
      const { stdout } = await lab.nat(name).client(0).exec(turnutilsCommand(server()));
      expect(parseTurnutils(stdout), stdout).toEqual({ mapping, filtering });
    });

    it.concurrent.for(CLASSIC_NATS)('the classic stun client finds $name', async ({ name }) => {
      const { stdout } = await lab.nat(name).client(0).exec(stunClientCommand(server()));
      expect(parseStunClient(stdout), stdout).toBe(name);
    });

    it.concurrent.for(CLASSIC_NATS)('natcheck detect finds $name', async ({ name, mapping, filtering }) => {
      const report = await detect(lab.nat(name).client(0), server());
      expect(report).toMatchObject({
        verdict: { type: name, reason: null },
        mapping: { behavior: mapping, reason: null },
        filtering: { behavior: filtering, reason: null },
        public: { address: lab.nat(name).publicAddress },
        server: { host: server(), port: 3478 },
      });
    });
  });

  it.each([
    [
      'a symmetric and a port-restricted side that open a direct path',
      'port-restricted',
      { exitCode: 0, outcome: 'direct', technique: 'birthday' },
      /^alice is behind a symmetric NAT with random ports, and the NAT of bob lets in only the exact address and port that it has sent to: /,
    ],
    [
      'two symmetric sides, and relay them',
      'symmetric-2',
      { exitCode: 5, outcome: 'relayed', technique: 'relay', health: { probes: 20 } },
      /^(alice and bob|bob and alice) are both behind symmetric NATs, whose ports cannot be predicted: /,
    ],
  ])('introduce %s, as what both NATs do is known', async (_, nat, end, plan) => {
    const names = { server: { primary: lab.server.primary }, room: nat };
    const [alice, bob] = await Promise.all([
      startPunch(lab.nat('symmetric').client(0), { ...names, id: 'alice', peer: 'bob' }),
      startPunch(lab.nat(nat).client(0), { ...names, id: 'bob', peer: 'alice' }),
    ]);
    for (const { report, exitCode } of await Promise.all([alice.result(), bob.result()])) {
      expect({ ...report, exitCode }, JSON.stringify(report)).toMatchObject(end);
      expect(report.plan?.text).toMatch(plan);
    }
  });

  it.each([
    ['is stopped', ['kill', '-STOP'], ['kill', '-CONT']],
    ['is unplugged', ['ip', 'link', 'set', 'wan', 'down'], ['ip', 'link', 'set', 'wan', 'up']],
  ])('say that the tests are off while one of them %s', async (_, fault, remedy) => {
    const withPid = (words: readonly string[]): readonly string[] =>
      words[0] === 'kill' ? [...words, `${away.pid}`] : words;
    const down = nextLine(home, DOWN);
    expect((await other.exec(withPid(fault))).exitCode).toBe(0);
    await down;
    expect(await reasonAt('port-restricted')).toBe('server-has-one-address');
    const up = nextLine(home, UP.IPv4);
    expect((await other.exec(withPid(remedy))).exitCode).toBe(0);
    await up;
    expect(await reasonAt('port-restricted')).toBeNull();
  });

  it('are one again when one of them is killed and started anew', async () => {
    const down = nextLine(home, DOWN);
    await away[Symbol.asyncDispose]();
    await down;
    const up = nextLine(home, UP.IPv4);
    away = await servePartnered(other, { ip: [other.address], partner: [lab.server.primary] });
    await Promise.all([up, away.line(UP.IPv4)]);
    const { stdout } = await lab.nat('restricted').client(0).exec(turnutilsCommand(lab.server.primary));
    expect(parseTurnutils(stdout), stdout).toEqual({
      mapping: 'endpoint-independent',
      filtering: 'address-dependent',
    });
  });
});
