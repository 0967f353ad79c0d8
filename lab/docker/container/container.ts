/** One container of the lab: a fixed address on each of its networks, and programs run in it. */
import type Dockerode from 'dockerode';
import type { Labels } from '../engine/labels.ts';
import { loadTestcontainers } from '../engine/testcontainers.ts';
import { READY } from '../topology/setup-script.ts';
import { type ExecOptions, exec, type Output } from './exec.ts';
import { type Program, startProgram } from './program.ts';

const START_TIMEOUT_MS = 60_000;

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly labels: Labels;
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

export interface LabContainer {
  readonly name: string;
  /** Its address on its first network. */
  readonly address: string;
  /** Runs a program to its end. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<Output>;
  /** Starts a program that is stopped when disposed. */
  start(argv: readonly string[]): Promise<Program>;
}

/** @throws Error with what the container has said when it does not become ready. */
export async function startContainer(docker: Dockerode, spec: ContainerSpec): Promise<LabContainer> {
  const { GenericContainer, Wait } = await loadTestcontainers();
  const [first, ...others] = spec.attachments;
  let id = '';

  // Testcontainers knows neither fixed addresses nor a second network nor sysctls.
  class FixedAddressContainer extends GenericContainer {
    constructor() {
      super(spec.image);
      this.hostConfig.Sysctls = { ...spec.sysctls };
      this.hostConfig.Init = false;
      this.createOpts.NetworkingConfig = { EndpointsConfig: { [first.network]: at(first) } };
    }
    protected override async containerCreated(containerId: string): Promise<void> {
      id = containerId;
      for (const other of others) {
        await docker.getNetwork(other.network).connect({ Container: containerId, EndpointConfig: at(other) });
      }
    }
  }

  try {
    await new FixedAddressContainer()
      .withName(spec.name)
      .withHostname(spec.name)
      .withLabels(spec.labels)
      .withNetworkMode(first.network)
      .withAddedCapabilities('NET_ADMIN')
      .withCommand(['sh', '-c', spec.script])
      .withWaitStrategy(Wait.forLogMessage(READY))
      .withStartupTimeout(START_TIMEOUT_MS)
      .withAutoCleanup(false) // The lab removes its own; no helper container is wanted for it.
      .start();
  } catch (cause) {
    const said =
      id === ''
        ? ''
        : await docker
            .getContainer(id)
            .logs({ stdout: true, stderr: true })
            .then(String, () => '');
    throw new Error(`container ${spec.name} does not start: ${(cause as Error).message}\n${said}`, { cause });
  }
  const container = docker.getContainer(id);
  return {
    name: spec.name,
    address: first.address,
    exec: (argv, options) => exec(container, argv, options),
    start: (argv) => startProgram(container, argv),
  };
}

function at({ address }: Attachment): Dockerode.EndpointSettings {
  return { IPAMConfig: { IPv4Address: address } } as Dockerode.EndpointSettings;
}
