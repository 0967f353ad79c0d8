/** The way of a simulated peer to the rendezvous: to a server, or to brokers in its place. */
import type { IntroductionInput } from '../../../../src/rendezvous/introduction/output.ts';
import type { Host } from '../../network/host.ts';
import type { Random } from '../../network/random.ts';
import type { World } from '../../network/world.ts';
import type { SimBrokers } from '../../server/brokers.ts';
import type { RendezvousServer } from '../../server/rendezvous-server.ts';
import { createBrokerClient } from './broker-client.ts';
import { createSimClient, type SimClient } from './connection.ts';

export function createClient<Told>(
  world: World,
  options: {
    readonly id: string;
    readonly host: Host;
    readonly rendezvous: RendezvousServer | SimBrokers;
    readonly random: Random;
    /** How long a message takes over this side's link, one way; default: 0. */
    readonly delayMs?: () => number;
    readonly tell: (input: IntroductionInput<Told>) => void;
  },
): SimClient {
  const { id, host, rendezvous, random, delayMs = () => 0, tell } = options;
  return rendezvous.kind === 'brokers'
    ? createBrokerClient<Told>(world, { brokers: rendezvous, id, random, delayMs, tell })
    : createSimClient<Told>(world, { server: rendezvous, id, source: host.name, delayMs, tell });
}
