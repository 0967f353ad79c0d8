/** A network of the lab: an ordinary bridge that translates nothing, since that is the routers' task. */
import type Dockerode from 'dockerode';
import type { Labels } from '../engine/labels.ts';
import { AddressesTakenError } from './addresses-taken-error.ts';

export interface NetworkSpec {
  readonly name: string;
  readonly subnet: string;
  readonly labels: Labels;
}

/** What an engine says of a subnet that it has in another network, on each of its two levels. */
const OVERLAP = /overlap/;

/** @throws AddressesTakenError naming the subnet when the engine already uses it; Error when it makes no network. */
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
      const said = `no network ${subnet}: ${cause.message}`;
      if (!OVERLAP.test(cause.message)) throw new Error(said, { cause });
      const help = "startLab takes other addresses by its addressing option, and whatever is free by 'free'";
      throw new AddressesTakenError(`${said}; ${help}`, { cause });
    });
}
