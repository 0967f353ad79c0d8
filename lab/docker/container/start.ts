/** Starts one container of the lab: a fixed address on each of its networks, and a script that makes it what it is. */
import type Dockerode from 'dockerode';
import type { Labels } from '../engine/labels.ts';
import { loadTestcontainers, type Testcontainers } from '../engine/testcontainers.ts';
import { READY } from '../topology/setup-script.ts';
import type { LabContainer } from './container.ts';
import { exec } from './exec.ts';
import { startProgram } from './program.ts';
import { startGuest } from './start-guest.ts';

const START_TIMEOUT_MS = 60_000;

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

/** @throws Error with what the container has said when it does not become ready. */
export async function startContainer(docker: Dockerode, spec: ContainerSpec): Promise<LabContainer> {
  const { name, address6, attachments, labels, script } = spec;
  const testcontainers = await loadTestcontainers();
  const created = fixedAddressContainer(testcontainers, { docker, spec });
  try {
    await created.container
      .withName(name)
      .withHostname(name)
      .withLabels(labels)
      .withNetworkMode(attachments[0].network)
      .withAddedCapabilities('NET_ADMIN')
      .withCommand(['sh', '-c', script])
      .withWaitStrategy(testcontainers.Wait.forLogMessage(READY))
      .withStartupTimeout(START_TIMEOUT_MS)
      .withAutoCleanup(false) // The lab removes its containers itself, without a helper container.
      .start();
  } catch (cause) {
    const said = await logsOf(docker, created.id());
    throw new Error(`container ${name} does not start: ${(cause as Error).message}\n${said}`, { cause });
  }
  const container = docker.getContainer(created.id());
  return {
    id: container.id,
    name,
    address: attachments[0].address,
    address6,
    exec: (argv, options) => exec(container, argv, options),
    start: (argv) => startProgram(container, argv),
    run: (guest) => startGuest(docker, { id: container.id, name, labels }, guest),
  };
}

/**
 * Adds what Testcontainers does not have: fixed addresses, a second network, sysctls. The id is empty until the engine has
 * created the container.
 */
function fixedAddressContainer(
  { GenericContainer }: Testcontainers,
  { docker, spec }: { readonly docker: Dockerode; readonly spec: ContainerSpec },
): { readonly container: InstanceType<Testcontainers['GenericContainer']>; readonly id: () => string } {
  const [first, ...others] = spec.attachments;
  let id = '';
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
  return { container: new FixedAddressContainer(), id: () => id };
}

async function logsOf(docker: Dockerode, id: string): Promise<string> {
  if (id === '') return '';
  const logs = docker.getContainer(id).logs({ stdout: true, stderr: true });
  return logs.then(String, () => '');
}

function at({ address }: Attachment): Dockerode.EndpointSettings {
  return { IPAMConfig: { IPv4Address: address } } as Dockerode.EndpointSettings;
}
