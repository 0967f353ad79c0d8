/** Real programs on paths through real NATs, by the commands of docs/handover.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ExecResult,
  type Lab,
  type LabContainer,
  PORT_RESTRICTED,
  type Program,
  SYMMETRIC,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import { addressingOf, mappedPorts, startMiniupnpd } from '../port-mapping/miniupnpd.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { type RecipeValues, recipe, type Who } from './recipes.ts';

/** Two punches at most, and the longest birthday. */
const TIMEOUT_MS = 90_000;
const STARTED = /^starting (\S+): it has to bind (\S+), and to send to (\S+)$/;

async function shell(client: LabContainer, script: string): Promise<ExecResult> {
  return client.exec(['sh', '-ec', `cd /root\n${script}`], { timeoutMs: TIMEOUT_MS });
}

/** Runs shell commands, which have to succeed, and returns what they print. */
async function printed(client: LabContainer, script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await shell(client, script);
  expect(exitCode, stdout + stderr).toBe(0);
  return stdout;
}

/** Starts one command of the page, which talks by lines. */
function started(client: LabContainer, command: string): Promise<Program> {
  return client.start(['sh', '-c', `exec ${command}`]);
}

/** Waits for what is said of the start, and returns where the program binds. */
async function boundAt(program: Program): Promise<string | undefined> {
  return STARTED.exec(await program.line(STARTED, { timeoutMs: TIMEOUT_MS }))?.[2];
}

/** Writes lines until one arrives at the other side: a program that has not bound yet misses them. */
async function passes(from: Program, to: Program, text: string): Promise<void> {
  let isThere = false;
  using _ = to.onLine((line) => {
    isThere ||= line === text;
  });
  const send = (): boolean => {
    if (!isThere) from.write(text);
    return isThere;
  };
  await expect.poll(send).toBe(true);
}

describeLab('a path through NATs is handed over', () => {
  let lab: Lab;
  let router: AsyncDisposable;
  let server: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({
      profiles: [PORT_RESTRICTED, PORT_RESTRICTED, SYMMETRIC, SYMMETRIC, SYMMETRIC],
      clientsPerNat: 2,
      addressing: addressingOf(1),
    });
    router = await startMiniupnpd(lab.nat('symmetric-3').router, { speaks: 'pcp' });
    server = await startNatcheckServer(lab.server, ['--relay', '--open-relay']);
  });
  afterAll(async () => {
    await router?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const valuesIn = (room: string, options = ''): RecipeValues => ({
    server: lab.server.primary,
    options: `--room ${room} ${options}`,
  });

  describe.for([
    { bob: 'port-restricted-2', technique: 'simultaneous-open', client: 0 },
    { bob: 'symmetric', technique: 'birthday', client: 1 },
  ])('between a port-restricted and a $bob one', ({ bob, technique, client: index }) => {
    const client = (who: Who): LabContainer => lab.nat(who === 'alice' ? 'port-restricted' : bob).client(index);
    const both = <T>(run: (who: Who) => Promise<T>): Promise<readonly [T, T]> =>
      Promise.all([run('alice'), run('bob')]);

    it('to WireGuard: pings pass, and the datagrams of iperf3', { timeout: TIMEOUT_MS }, async () => {
      const keys = await both((who) => printed(client(who), recipe('wg genkey', who)));
      await both(async (who) => {
        await printed(client(who), 'mkdir -p /dev/net; test -e /dev/net/tun || mknod /dev/net/tun c 10 200');
        await printed(client(who), recipe('wireguard-go wg0', who));
      });
      const punched = await both((who) => {
        const peerKey = keys[who === 'alice' ? 1 : 0].trim();
        return shell(client(who), recipe('endpoint', who, { ...valuesIn(`wireguard-${bob}`), peerKey }));
      });
      for (const { stdout, stderr, exitCode } of punched) {
        expect([exitCode, stdout, stderr]).toEqual([0, '', expect.stringMatching(`\ndirect .*, by ${technique}, `)]);
      }
      const pings = await both((who) => printed(client(who), `ping -c 5 -i 0.2 10.77.0.${who === 'alice' ? 2 : 1}`));
      for (const said of pings) expect(said).toContain('5 packets transmitted, 5 received');

      await using iperf = await started(
        client('alice'),
        recipe('iperf3 --server', 'alice').replace(' ', ' --forceflush '),
      );
      await iperf.line(/Server listening/);
      const measured = await printed(client('bob'), recipe('iperf3 --client', 'alice').replace(' ', ' --json '));
      const { bytes, lost_percent: lostPercent } = JSON.parse(measured).end.sum;
      expect(bytes).toBeGreaterThan(1_000_000);
      expect(lostPercent).toBeLessThan(50);
    });

    it('to socat, both ways, and SIGTERM ends that', { timeout: TIMEOUT_MS }, async () => {
      const start = (who: Who) => started(client(who), recipe('socat', who, valuesIn(`socat-${bob}`)));
      const programs = await both(start);
      await using alice = programs[0];
      await using bobs = programs[1];
      await both((who) => boundAt(who === 'alice' ? alice : bobs));
      await passes(alice, bobs, 'from alice');
      await passes(bobs, alice, 'from bob');
      for (const [who, program] of [
        ['alice', alice],
        ['bob', bobs],
      ] as const) {
        await client(who).exec(['kill', '-TERM', `${program.pid}`]);
        await program.ended;
        expect((await shell(client(who), 'pgrep socat')).stdout).toBe('');
      }
    });
  });

  it('with a port that the router has mapped, for as long as the program runs', { timeout: TIMEOUT_MS }, async () => {
    const mapping = lab.nat('symmetric-3');
    await using alice = await started(mapping.client(0), recipe('socat', 'alice', valuesIn('mapped')));
    await using bob = await started(lab.nat('symmetric-2').client(0), recipe('socat', 'bob', valuesIn('mapped')));
    const local = await boundAt(alice);
    await boundAt(bob);
    await passes(alice, bob, 'from alice');
    await passes(bob, alice, 'from bob');
    expect(await mappedPorts(mapping.router)).toHaveLength(1);
    expect(local).toMatch(new RegExp(`^${mapping.client(0).address}:`));
    await mapping.client(0).exec(['kill', '-TERM', `${alice.pid}`]);
    await alice.ended;
    expect(await mappedPorts(mapping.router)).toEqual([]);
  });

  it('not if it is relayed: exit 5, and the program is not started', { timeout: TIMEOUT_MS }, async () => {
    const run = (site: string, who: Who) => shell(lab.nat(site).client(0), recipe('socat', who, valuesIn('relayed')));
    const ended = await Promise.all([run('symmetric', 'alice'), run('symmetric-2', 'bob')]);
    const line =
      'natcheck: a relayed path cannot be handed over, so sh is not started: --keep on both sides bridges it\n';
    for (const { stdout, stderr, exitCode } of ended) {
      expect([exitCode, stdout, stderr]).toEqual([5, '', expect.stringContaining(line)]);
    }
  });

  it('by a bridge if it is relayed and both sides keep it', { timeout: TIMEOUT_MS }, async () => {
    const values = valuesIn('kept', '--keep');
    await using alice = await started(lab.nat('symmetric').client(0), recipe('socat', 'alice', values));
    await using bob = await started(lab.nat('symmetric-2').client(0), recipe('socat', 'bob', values));
    expect(await Promise.all([boundAt(alice), boundAt(bob)])).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:/),
      expect.stringMatching(/^127\.0\.0\.1:/),
    ]);
    await passes(alice, bob, 'from alice');
    await passes(bob, alice, 'from bob');
  });
});
