/** Clients with a second interface, which leads past NATs that nothing opens: a cable between them, or a VPN. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { labelsOf } from '../../../../lab/docker/engine/labels.ts';
import { connectDocker } from '../../../../lab/docker/engine/testcontainers.ts';
import { createNetwork } from '../../../../lab/docker/topology/network.ts';
import { type Lab, type LabContainer, SYMMETRIC, startNatcheckServer } from '../../../../lab/index.ts';
import type { PunchReport } from '../../../../src/punch/report/report.ts';
import { describeLab, labHost, startProvidedLab } from '../provided.ts';
import { startPunch } from './run.ts';

const CABLE = { subnet: '10.214.9.0/24', addresses: ['10.214.9.2', '10.214.9.3'] } as const;

describeLab('two symmetric NATs, and a cable between the hosts behind them', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [SYMMETRIC, SYMMETRIC] });
    server = await startNatcheckServer(lab.server);
    await layCable(lab);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  it('are joined over the cable', async () => {
    const reports = await punchBetween(lab, []);
    expect(reports.map(({ outcome, local, remote }) => [outcome, local?.address, remote?.address])).toEqual([
      ['direct', CABLE.addresses[0], CABLE.addresses[1]],
      ['direct', CABLE.addresses[1], CABLE.addresses[0]],
    ]);
  });

  it('are not joined where one side names the address to send from', async () => {
    const reports = await punchBetween(lab, ['--local', clientsOf(lab)[0].address]);
    expect(reports.map(({ outcome, reason }) => [outcome, reason])).toEqual(Array(2).fill(['failed', 'no-path']));
  });

  it('leave no socket behind', async () => {
    for (const client of clientsOf(lab)) {
      expect((await client.exec(['cat', '/proc/net/udp'])).stdout.trim().split('\n')).toHaveLength(1);
    }
  });
});

function clientsOf(lab: Lab): readonly [LabContainer, LabContainer] {
  return [lab.nat('symmetric').client(0), lab.nat('symmetric-2').client(0)];
}

/** Connects both clients to one more network, which goes with the lab. */
async function layCable(lab: Lab): Promise<void> {
  const docker = await connectDocker(labHost());
  const name = `natcheck-${lab.id}-cable`;
  await createNetwork(docker, { name, subnet: CABLE.subnet, labels: labelsOf(lab.id) });
  for (const [index, client] of clientsOf(lab).entries()) {
    const IPAMConfig = { IPv4Address: CABLE.addresses[index] };
    await docker.getNetwork(name).connect({ Container: client.name, EndpointConfig: { IPAMConfig } });
  }
}

/** @param flags of the first side. */
async function punchBetween(lab: Lab, flags: readonly string[]): Promise<readonly PunchReport[]> {
  const [a, b] = clientsOf(lab);
  const room = `cable-${flags.length}`;
  const runs = await Promise.all([
    startPunch(a, { server: lab.server, id: 'alice', peer: 'bob', room, flags }),
    startPunch(b, { server: lab.server, id: 'bob', peer: 'alice', room }),
  ]);
  return (await Promise.all(runs.map((run) => run.result()))).map(({ report }) => report);
}
