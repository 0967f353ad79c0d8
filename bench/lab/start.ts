/** How long a lab of eight NATs with two clients each takes to start, step by step, and what of the processor it takes. */
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type Dockerode from 'dockerode';
import { verifyTopology } from '../../lab/docker/conformance/verify.ts';
import { removeLab } from '../../lab/docker/engine/labels.ts';
import { connectDocker } from '../../lab/docker/engine/testcontainers.ts';
import { DEFAULT_ADDRESSING } from '../../lab/docker/topology/addressing.ts';
import { planLab } from '../../lab/docker/topology/plan.ts';
import { startTopology } from '../../lab/docker/topology/topology.ts';
import { CLASSIC_NATS, ensureImage, findEngine } from '../../lab/index.ts';
import { quantile } from '../statistics/quantile.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '3' },
    routers: { type: 'string', default: '8' },
    clients: { type: 'string', default: '2' },
    backbone: { type: 'boolean', default: false },
  },
});

const progress = (line: string): void => console.error(line);
await using engine = await findEngine({ progress });
const image = await ensureImage(engine, { progress });
const docker = await connectDocker(engine.host);
const plan = planLab({
  profiles: Array.from({ length: Math.ceil(Number(values.routers) / 4) }, () => CLASSIC_NATS)
    .flat()
    .slice(0, Number(values.routers)),
  clientsPerSite: Number(values.clients),
  addressing: DEFAULT_ADDRESSING,
  backbone: values.backbone,
});

const rows: Record<
  'networks' | 'containers' | 'conformance' | 'all' | 'removal' | 'CPU of the machine' | 'CPU of natcheck',
  number[]
> = {
  networks: [],
  containers: [],
  conformance: [],
  all: [],
  removal: [],
  'CPU of the machine': [],
  'CPU of natcheck': [],
};
for (let time = 0; time < Number(values.times); time++) {
  const id = randomBytes(3).toString('hex');
  const [begin, busy, own] = [performance.now(), busyMs(), process.cpuUsage()];
  const { engine: noted, lastNetworkAt } = notingNetworks(docker);
  try {
    const topology = await startTopology(noted, plan, { id, image });
    const started = performance.now();
    await verifyTopology(topology, plan);
    const verified = performance.now();
    rows.networks.push(lastNetworkAt() - begin);
    rows.containers.push(started - lastNetworkAt());
    rows.conformance.push(verified - started);
    rows.all.push(verified - begin);
    rows['CPU of the machine'].push(busyMs() - busy);
    const { user, system } = process.cpuUsage(own);
    rows['CPU of natcheck'].push((user + system) / 1000);
  } finally {
    const end = performance.now();
    await removeLab(docker, id);
    rows.removal.push(performance.now() - end);
  }
}
const containers = 1 + Number(values.routers) * (1 + Number(values.clients)) + (values.backbone ? 1 : 0);
console.log(
  `${values.routers} routers, ${containers} containers, ${cpus().length} cores; median of ${values.times}, in s`,
);
for (const [what, times] of Object.entries(rows)) {
  console.log(`${what.padEnd(20)} ${(quantile(times, 0.5) / 1000).toFixed(2)}`);
}

function notingNetworks(docker: Dockerode): { readonly engine: Dockerode; readonly lastNetworkAt: () => number } {
  let at = 0;
  const engine: Dockerode = Object.create(docker);
  engine.createNetwork = (async (options: Dockerode.NetworkCreateOptions) => {
    const network = await docker.createNetwork(options);
    at = performance.now();
    return network;
  }) as Dockerode['createNetwork'];
  return { engine, lastNetworkAt: () => at };
}

/** Of all cores, whoever used them. */
function busyMs(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}
