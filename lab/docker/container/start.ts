/** Starts one container of the lab: a fixed address on each of its networks, and a script that makes it what it is. */
import type { Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import { visible } from '../../../src/visible.ts';
import { engineFull } from '../engine/answer/full.ts';
import { engineReason } from '../engine/answer/reason.ts';
import type { Labels } from '../engine/labels.ts';
import { runtimeFor } from '../engine/runtime.ts';
import { READY } from '../topology/setup-script.ts';
import { startByteProgram } from './byte-program.ts';
import type { LabContainer } from './container.ts';
import { createDemux } from './demux.ts';
import { exec } from './exec.ts';
import { createOutput } from './output.ts';
import { startProgram } from './program.ts';
import { startGuest } from './start-guest.ts';

const START_TIMEOUT_MS = 60_000;
/** Of Linux; a longer name of a site is cut there. */
const MAX_HOSTNAME = 64;
/** What is run in a client may make itself a TUN device; not every runtime lets it by itself. */
const TUN = 'c 10:200 rwm';

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly labels: Labels;
  /** The IPv6 address that `script` sets, if any: the engine knows nothing of it. */
  readonly address6: string | null;
  /** Ends with READY on stdout, and does not return. */
  readonly script: string;
  readonly sysctls: Readonly<Record<string, string>>;
  /** The first network is there from the creation on. */
  readonly attachments: readonly [Attachment, ...Attachment[]];
}

export interface Attachment {
  /** Name of the network. */
  readonly network: string;
  readonly address: string;
}

/** @throws Error with what the container has said when it does not become ready; EngineFullError when nothing can be started. */
export async function startContainer(docker: Dockerode, spec: ContainerSpec): Promise<LabContainer> {
  const { name, address6, attachments, labels } = spec;
  const container = await createContainer(docker, spec).catch((cause: Error) => {
    throw engineFull(cause) ?? new Error(`container ${name} does not start: ${engineReason(cause)}`, { cause });
  });
  await untilReady(container, name);
  return runningContainer(docker, { id: container.id, name, labels, address: attachments[0].address, address6 });
}

export type Running = Pick<LabContainer, 'id' | 'name' | 'address' | 'address6'> & Pick<ContainerSpec, 'labels'>;

/** One that is ready. */
export function runningContainer(docker: Dockerode, { labels, ...place }: Running): LabContainer {
  const { id, name } = place;
  const container = docker.getContainer(id);
  return {
    ...place,
    exec: (argv, options) => exec(container, argv, options),
    start: (argv) => startProgram(container, argv),
    startBytes: (argv, options) => startByteProgram(container, argv, options),
    run: (guest) => startGuest(docker, { id, name, labels }, guest),
  };
}

/**
 * It is created by the engine's API itself: Testcontainers has no fixed addresses, no second network and no sysctls, and asks
 * after each container several times.
 */
async function createContainer(docker: Dockerode, spec: ContainerSpec): Promise<Dockerode.Container> {
  const [first, ...others] = spec.attachments;
  const container = await docker.createContainer({
    name: spec.name,
    Hostname: spec.name.slice(0, MAX_HOSTNAME),
    Image: spec.image,
    Labels: spec.labels,
    Entrypoint: ['sh', '-c'],
    Cmd: [spec.script],
    HostConfig: {
      NetworkMode: first.network,
      CapAdd: ['NET_ADMIN'],
      DeviceCgroupRules: [TUN],
      Sysctls: { ...spec.sysctls },
      Init: false,
      ...(await runtimeFor(docker, spec.sysctls)),
    },
    NetworkingConfig: { EndpointsConfig: { [first.network]: at(first) } },
  });
  for (const other of others) {
    await docker.getNetwork(other.network).connect({ Container: container.id, EndpointConfig: at(other) });
  }
  return container;
}

/** Starts it, and listens to it from its first line on until it is ready. */
async function untilReady(container: Dockerode.Container, name: string): Promise<void> {
  const output = createOutput();
  const stream = await container.attach({ stream: true, stdout: true, stderr: true, hijack: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const said: string[] = [];
  output.onLine(({ text }) => (text === READY ? resolve() : said.push(text)));
  stream.on(
    'data',
    createDemux((of, bytes) => output.heard(of, bytes, performance.now())),
  );
  stream.on('error', () => {}); // It is closed then, which says all there is to know.
  stream.once('close', () => reject(new Error('it has ended')));
  const late = setTimeout(() => reject(new Error(`it is not ready in ${START_TIMEOUT_MS} ms`)), START_TIMEOUT_MS);
  try {
    await Promise.all([container.start(), promise]);
  } catch (cause) {
    const full = engineFull(cause);
    if (full) throw full;
    const lines = [`container ${name} does not start: ${engineReason(cause)}`, ...said];
    throw new Error(lines.map(visible).join('\n'), { cause });
  } finally {
    clearTimeout(late);
    (stream as Duplex).destroy();
  }
}

function at({ address }: Attachment): Dockerode.EndpointSettings {
  return { IPAMConfig: { IPv4Address: address } } as Dockerode.EndpointSettings;
}
