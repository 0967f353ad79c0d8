/**
 * A server behind a 1:1 NAT, on a real router: clients behind the four NATs are told the same by it as by one with public
 * addresses, punch through it and are relayed by it; and it finds out what a firewall in front of it does not let in.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStunClient, stunClientCommand } from '../../../../lab/docker/reference-clients/stun-client.ts';
import { parseTurnutils, turnutilsCommand } from '../../../../lab/docker/reference-clients/turnutils.ts';
import {
  CLASSIC_NATS,
  type Lab,
  type LabContainer,
  STATIC,
  STATIC_FILTERED,
  SYMMETRIC,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { startPunch } from '../punch/run.ts';
import { type CloudHost, cloudHost, run, serveInCloud } from './cloud-host.ts';

const CHECK_TIMEOUT_MS = 50_000;

describeLab('in a lab whose clouds are 1:1 NATs', () => {
  let lab: Lab;
  let cloud: CloudHost;
  let filtered: CloudHost;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [...CLASSIC_NATS, SYMMETRIC, STATIC, STATIC_FILTERED], clientsPerNat: 2 });
    [cloud, filtered] = await Promise.all([cloudHost(lab.nat('static')), cloudHost(lab.nat('static-filtered'))]);
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  describe('a server with two addresses there', () => {
    let server: AsyncDisposable;
    beforeAll(async () => {
      server = await serveInCloud(cloud, cloud.ip, ['--relay', '--open-relay']);
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    it.concurrent.for([
      ['full-cone', 'endpoint-independent', 'endpoint-independent'],
      ['restricted', 'endpoint-independent', 'address-dependent'],
      ['port-restricted', 'endpoint-independent', 'address-and-port-dependent'],
      ['symmetric', 'address-and-port-dependent', 'address-and-port-dependent'],
    ] as const)('tells a client what a %s NAT does', async ([nat, mapping, filtering]) => {
      const argv = ['natcheck', 'detect', '--json', '--server', cloud.public[0]];
      const { stdout, stderr, exitCode } = await lab.nat(nat).client(0).exec(argv);
      expect(exitCode, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        verdict: { type: nat, reason: null },
        mapping: { behavior: mapping, reason: null },
        filtering: { behavior: filtering, reason: null },
        public: { address: lab.nat(nat).publicAddress },
      });
    });

    it.concurrent.for(CLASSIC_NATS)(
      'tells the clients of others what $name is',
      async ({ name, mapping, filtering }) => {
        const { client } = lab.nat(name);
        const [coturn, classic] = await Promise.all([
          client(0).exec(turnutilsCommand(cloud.public[0])),
          client(1).exec(stunClientCommand(cloud.public[0])),
        ]);
        expect(parseTurnutils(coturn.stdout), coturn.stdout).toEqual({ mapping, filtering });
        expect(parseStunClient(classic.stdout), classic.stdout).toBe(name);
      },
    );

    it('announces its public addresses alone', async () => {
      const argv = ['natcheck', 'detect', '--verbose', '--server', cloud.public[0]];
      const { stdout, stderr } = await lab.nat('full-cone').client(0).exec(argv);
      expect(stdout).toContain(`${cloud.public[1]}:3479`);
      for (const one of cloud.ip) expect(stdout + stderr).not.toContain(one.split('=')[0]);
    });

    it('introduces two sides that open a direct path', async () => {
      const reports = await punchBetween(
        lab.nat('port-restricted').client(1),
        lab.nat('symmetric').client(1),
        'direct',
      );
      for (const { report, exitCode } of reports) {
        expect({ ...report, exitCode }, JSON.stringify(report)).toMatchObject({ exitCode: 0, outcome: 'direct' });
      }
    });

    it('relays two sides that can open none, by its public address', async () => {
      const reports = await punchBetween(lab.nat('symmetric').client(0), lab.nat('symmetric-2').client(0), 'relayed');
      for (const { report, exitCode } of reports) {
        expect({ ...report, exitCode }, JSON.stringify(report)).toMatchObject({
          exitCode: 5,
          outcome: 'relayed',
          technique: 'relay',
          health: { probes: 20 },
        });
      }
      expect(reports.map(({ report }) => report.remote?.address)).toContain(cloud.public[0]);
    });

    it('relays to each other two of its users that want nothing else', async () => {
      const [a, b] = [lab.nat('full-cone').client(0), lab.nat('restricted').client(0)];
      const reports = await punchBetween(a, b, 'both-relayed', '--relay-only');
      for (const { report, exitCode } of reports) {
        expect({ ...report, exitCode }, JSON.stringify(report)).toMatchObject({
          exitCode: 5,
          outcome: 'relayed',
          remote: { address: cloud.public[0] },
        });
      }
    });
  });

  it('a server with one address there introduces a symmetric and a port-restricted side that open a direct path', async () => {
    await using _server = await serveInCloud(cloud, cloud.ip.slice(0, 1));
    const reports = await punchBetween(lab.nat('port-restricted').client(0), lab.nat('symmetric').client(0), 'one');
    for (const { report, exitCode } of reports) {
      expect({ ...report, exitCode }, JSON.stringify(report)).toMatchObject({
        exitCode: 0,
        outcome: 'direct',
        technique: 'birthday',
      });
    }
  });

  const check = ({ container }: CloudHost, ip: readonly string[], options: readonly string[] = []) =>
    container.exec(
      [
        ...['natcheck', 'serve', ...ip.flatMap((one) => ['--ip', one]), ...options],
        ...['--check', '--check-through', lab.server.primary],
      ],
      { timeoutMs: CHECK_TIMEOUT_MS },
    );
  /** The UDP lines up to their first words. */
  const verdicts = (stdout: string): readonly string[] =>
    [...stdout.matchAll(/^UDP (\S+) +(relay, )?([\w ]+)/gm)].map(([, at, relay = '', word]) => `${at} ${relay}${word}`);

  it('the check finds what is blocked through a server with one address too', async () => {
    await using node = await lab.server.start(['natcheck', 'serve', '--ip', lab.server.primary]);
    await node.line(/\bready\b/);
    const [open, closed] = await Promise.all([check(cloud, cloud.ip), check(filtered, filtered.ip)]);
    expect([open.exitCode, closed.exitCode], open.stdout + closed.stdout).toEqual([0, 7]);
    expect(open.stdout).toContain(`reached: ${lab.server.primary}:3479 came in unasked`);
    expect(verdicts(open.stdout).map((one) => one.split(' ')[1])).toEqual(Array(4).fill('reached'));
    expect(verdicts(closed.stdout).map((one) => one.split(' ')[1])).toEqual(Array(4).fill('BLOCKED'));
  });

  describe('the check from outside', () => {
    let node: AsyncDisposable;
    beforeAll(async () => {
      node = await startNatcheckServer(lab.server);
    });
    afterAll(() => node?.[Symbol.asyncDispose]());

    it('finds every port reached where the cloud lets everything in', async () => {
      const { stdout, stderr, exitCode } = await check(cloud, cloud.ip);
      expect(exitCode, stdout + stderr).toBe(0);
      const [one, other] = cloud.public;
      expect(verdicts(stdout)).toEqual([one, one, other, other].map((at, n) => `${at}:${3478 + (n % 2)} reached`));
      expect(stdout).toContain(`reached: ${lab.server.alternate}:3479 came in unasked`);
      expect(stdout).toContain(`curl http://${one}:3480/healthz`);
    });

    it('names the ports that a firewall blocks, and those that it lets in', async () => {
      const [one, other] = filtered.public;
      const all = await check(filtered, filtered.ip);
      expect(all.exitCode, all.stdout + all.stderr).toBe(7);
      expect(verdicts(all.stdout)).toEqual([one, one, other, other].map((at, n) => `${at}:${3478 + (n % 2)} BLOCKED`));
      const open = ['FORWARD', '-i', 'wan', '-p', 'udp', '--dport', '3478', '-j', 'ACCEPT'];
      await run(lab.nat('static-filtered').router, ['iptables', '-I', ...open]);
      const some = await check(filtered, filtered.ip.slice(0, 1), [
        '--relay',
        '--open-relay',
        '--relay-ports',
        '50000-50002',
      ]);
      expect(some.exitCode, some.stdout + some.stderr).toBe(7);
      expect(verdicts(some.stdout)).toEqual([
        `${one}:3478 reached`,
        `${one}:3479 BLOCKED`,
        ...[50_000, 50_001, 50_002].map((port) => `${one}:${port} relay, BLOCKED`),
      ]);
      await run(lab.nat('static-filtered').router, ['iptables', '-D', ...open]);
    });

    it('names the address by which the host is really seen', async () => {
      const [private1 = ''] = (cloud.ip[0] ?? '').split('=');
      const { stdout, exitCode } = await check(cloud, [`${private1}=${cloud.public[1]}`]);
      expect(exitCode).toBe(7);
      expect(stdout).toContain(
        `WRONG: ${lab.server.primary}:3478 sees it as ${cloud.public[0]}:3478; give --ip ${private1}=${cloud.public[0]} in place of ${cloud.public[1]}`,
      );
    });

    it('finds a port unanswered whose answers do not come back', async () => {
      const drop = ['FORWARD', '-o', 'wan', '-p', 'udp', '--sport', '3479', '-j', 'DROP'];
      await run(lab.nat('static').router, ['iptables', '-I', ...drop]);
      const { stdout, exitCode } = await check(cloud, cloud.ip.slice(0, 1));
      await run(lab.nat('static').router, ['iptables', '-D', ...drop]);
      expect(exitCode, stdout).toBe(3);
      expect(verdicts(stdout)).toEqual([`${cloud.public[0]}:3478 reached`, `${cloud.public[0]}:3479 NO ANSWER`]);
    });
  });

  async function punchBetween(a: LabContainer, b: LabContainer, room: string, mode?: '--relay-only') {
    const names = { server: { primary: cloud.public[0] }, room, ...(mode && { mode }) };
    const [alice, bob] = await Promise.all([
      startPunch(a, { ...names, id: 'alice', peer: 'bob' }),
      startPunch(b, { ...names, id: 'bob', peer: 'alice' }),
    ]);
    return Promise.all([alice.result(), bob.result()]);
  }
});
