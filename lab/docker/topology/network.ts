/** A network of the lab: an ordinary bridge that translates nothing, since that is the routers' task. */
import type Dockerode from 'dockerode';
import type { Labels } from '../engine/labels.ts';

export interface NetworkSpec {
  readonly name: string;
  readonly subnet: string;
  readonly labels: Labels;
}

/** @throws Error naming the subnet when the engine or its host already uses it. */
export async function createNetwork(docker: Dockerode, { name, subnet, labels }: NetworkSpec): Promise<void> {
  await docker
    .createNetwork({
      Name: name,
      Driver: 'bridge',
      IPAM: { Config: [{ Subnet: subnet }] },
      Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
      Labels: labels,
    })
    .catch((cause: Error) => {
      throw new Error(
        `no network ${subnet}: ${cause.message}; startLab takes other addresses by its addressing option`,
        {
          cause,
        },
      );
    });
}
