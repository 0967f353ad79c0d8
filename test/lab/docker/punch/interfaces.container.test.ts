/** Clients with a second interface, which leads past NATs that nothing opens: a cable between them, or a VPN. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { labelsOf } from '../../../../lab/docker/engine/labels.ts';
import { connectDocker } from '../../../../lab/docker/engine/testcontainers.ts';
import { type Lab, type LabContainer, startNatcheckServer } from '../../../../lab/index.ts';
import type { PunchReport } from '../../../../src/punch/report/report.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { describeLab, labHost } from '../provided.ts';
import { startPunch } from './run.ts';

/** 127.0.0.11, where the engine answers DNS in every container, as the kernel writes it. */
const ENGINES_RESOLVER = '0B00007F';
const CABLE = { subnet: '10.214.9.0/24', addresses: ['10.214.9.2', '10.214.9.3'] } as const;

describeLab('two symmetric NATs, and a cable between the hosts behind them', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  let cable: AsyncDisposable;
  beforeAll(async () => {
    lab = await borrowLab();
    server = await startNatcheckServer(lab.server);
    cable = await layCable(lab);
  });
  afterAll(async () => {
    await cable?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  it('are joined over the cable', async () => {
    const reports = await punchBetween(lab);
    expect(reports.map(({ outcome, local, remote }) => [outcome, local?.address, remote?.address])).toEqual([
      ['direct', CABLE.addresses[0], CABLE.addresses[1]],
      ['direct', CABLE.addresses[1], CABLE.addresses[0]],
    ]);
  });

  it('leave no socket behind', async () => {
    for (const client of clientsOf(lab)) {
      const { stdout } = await client.exec(['cat', '/proc/net/udp', '/proc/net/udp6']);
      const bound = [...stdout.matchAll(/^ *\d+: ([\dA-F]+):/gm)].map(([, address]) => address);
      expect(bound.filter((address) => address !== ENGINES_RESOLVER)).toEqual([]);
    }
  });
});

function clientsOf(lab: Lab): readonly [LabContainer, LabContainer] {
  return [lab.nat('symmetric').client(0), lab.nat('symmetric-2').client(0)];
}

/** Connects both clients to one more network, until it is disposed of. */
async function layCable(lab: Lab): Promise<AsyncDisposable> {
  const docker = await connectDocker(labHost());
  const name = `natcheck-${lab.id}-cable`;
  // An internal network has no gateway, which the engine would set as the way out.
  const network = { Driver: 'bridge', Internal: true, Labels: labelsOf(lab.id) };
  await docker.createNetwork({ ...network, Name: name, IPAM: { Config: [{ Subnet: CABLE.subnet }] } });
  for (const [index, client] of clientsOf(lab).entries()) {
    const IPAMConfig = { IPv4Address: CABLE.addresses[index] };
    await docker.getNetwork(name).connect({ Container: client.name, EndpointConfig: { IPAMConfig } });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      const cable = docker.getNetwork(name);
      for (const { id } of clientsOf(lab)) await cable.disconnect({ Container: id });
      await cable.remove();
    },
  };
}

async function punchBetween(lab: Lab): Promise<readonly PunchReport[]> {
  const [a, b] = clientsOf(lab);
  const runs = await Promise.all([
    startPunch(a, { server: lab.server, id: 'alice', peer: 'bob', room: 'cable' }),
    startPunch(b, { server: lab.server, id: 'bob', peer: 'alice', room: 'cable' }),
  ]);
  return (await Promise.all(runs.map((run) => run.result()))).map(({ report }) => report);
}
