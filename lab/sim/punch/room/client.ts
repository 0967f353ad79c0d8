/** The way of a simulated peer to the rendezvous: to a server, or in its place to brokers or by hand. */
import type { IntroductionInput } from '../../../../src/rendezvous/introduction/output.ts';
import type { Host } from '../../network/host.ts';
import type { Random } from '../../network/random.ts';
import type { World } from '../../network/world.ts';
import type { SimBrokers } from '../../server/brokers.ts';
import type { SimLines } from '../../server/lines.ts';
import type { RendezvousServer } from '../../server/rendezvous-server.ts';
import { createBrokerClient } from './broker-client.ts';
import { createSimClient, type SimClient } from './connection.ts';
import { createManualClient } from './manual-client.ts';

/** Where peers meet. */
export type SimRendezvous = RendezvousServer | SimBrokers | SimLines;

export function createClient<Told>(
  world: World,
  options: {
    readonly id: string;
    readonly host: Host;
    readonly rendezvous: SimRendezvous;
    readonly random: Random;
    /** How long a message takes over this side's link, one way; default: 0. */
    readonly delayMs?: () => number;
    readonly tell: (input: IntroductionInput<Told>) => void;
  },
): SimClient {
  const { id, host, rendezvous, random, delayMs = () => 0, tell } = options;
  switch (rendezvous.kind) {
    case 'server':
      return createSimClient<Told>(world, { server: rendezvous, id, source: host.name, delayMs, tell });
    case 'brokers':
      return createBrokerClient<Told>(world, { brokers: rendezvous, id, random, delayMs, tell });
    case 'lines':
      return createManualClient<Told>({ lines: rendezvous, id, random, tell });
  }
}
