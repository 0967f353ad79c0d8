/** Real programs on paths through real NATs, by the commands of docs/handover.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Lab,
  type LabContainer,
  PORT_RESTRICTED,
  SYMMETRIC,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { type RecipeValues, recipe, type Who } from './recipes.ts';

/** A punch of two that come at once, and the longest birthday. */
const TIMEOUT_MS = 60_000;

/** Runs shell commands in a client, and expects that they succeed. */
async function shell(client: LabContainer, script: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { stdout, stderr, exitCode } = await client.exec(['sh', '-ec', `cd /root\n${script}`], { timeoutMs: TIMEOUT_MS });
  expect(exitCode, stdout + stderr).toBe(0);
  return { stdout, stderr };
}

/** What iperf3 has received, in Mbit/s. */
function receivedMbps(json: string): number {
  const { end } = JSON.parse(json);
  return (end.sum_received ?? end.sum).bits_per_second / 1e6;
}

const PAIRS = [
  { bob: 'port-restricted-2', technique: 'simultaneous-open' },
  { bob: 'symmetric', technique: 'birthday' },
] as const;

describeLab('a path from behind a port-restricted NAT', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [PORT_RESTRICTED, PORT_RESTRICTED, SYMMETRIC] });
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  describe.for(PAIRS)('to one behind a $bob', ({ bob, technique }) => {
    const client = (who: Who): LabContainer => lab.nat(who === 'alice' ? 'port-restricted' : bob).client(0);
    const both = <T>(run: (who: Who) => Promise<T>): Promise<readonly [T, T]> =>
      Promise.all([run('alice'), run('bob')]);
    const run = (who: Who, part: string, values?: RecipeValues) => shell(client(who), recipe(part, who, values));

    it('carries WireGuard: a ping passes, and the datagrams of iperf3', { timeout: TIMEOUT_MS }, async () => {
      const [aliceKey, bobKey] = await both(async (who) => (await run(who, 'wg genkey')).stdout.trim());
      await both(async (who) => {
        await shell(client(who), 'mkdir -p /dev/net; test -e /dev/net/tun || mknod /dev/net/tun c 10 200');
        await run(who, 'wireguard-go wg0');
      });
      const said = await both((who) =>
        run(who, 'endpoint', {
          server: lab.server.primary,
          peerKey: who === 'alice' ? bobKey : aliceKey,
          options: `--room wireguard-${bob}`,
        }),
      );
      for (const { stderr } of said) expect(stderr).toMatch(new RegExp(`^direct .*, by ${technique},`, 'm'));
      const pings = await both((who) => shell(client(who), `ping -c 5 -i 0.2 -w 10 10.77.0.${who === 'alice' ? 2 : 1}`));
      for (const { stdout } of pings) expect(stdout).toContain('5 received');

      await using iperf = await client('alice').start(['sh', '-c', recipe('iperf3 --server', 'alice')]);
      await iperf.line(/Server listening/);
      const measured = await shell(client('bob'), recipe('iperf3 --client', 'alice').replace('iperf3', 'iperf3 --json'));
      expect(receivedMbps(measured.stdout)).toBeGreaterThan(0);
      console.log(`${bob}: iperf3 -u 50M received ${receivedMbps(measured.stdout).toFixed(1)} Mbit/s`);
    });
  });
});
