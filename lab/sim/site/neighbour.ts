/** Another host behind the same NAT that keeps opening mappings: what takes ports between those of the client. */

import { familyOf } from '../../../src/endpoint.ts';
import { addressOf } from '../network/host.ts';
import type { World } from '../network/world.ts';
import type { Site } from './site.ts';

/** Nobody listens there (RFC 863); the mapping is made all the same. */
const DISCARD_PORT = 9;

export interface NeighbourOptions {
  readonly site: Site;
  /** A public address to send to. */
  readonly toward: string;
  /** The mean time between two new mappings, in ms; their times are a Poisson process. */
  readonly meanGapMs: number;
}

/** Starts at once, and goes on as long as the world does. */
export function addNeighbour(world: World, { site, toward, meanGapMs }: NeighbourOptions): void {
  const { clock } = world;
  const host = site.addHost('neighbour');
  const address = addressOf(host, familyOf(toward));
  const random = host.random.fork('mappings');
  const goOn = (): void => {
    const socket = host.open(() => {}, { address });
    socket.send({ address: toward, port: DISCARD_PORT }, Uint8Array.of(0));
    socket.close();
    clock.schedule(clock.now() - meanGapMs * Math.log(1 - random.next()), goOn);
  };
  clock.schedule(clock.now(), goOn);
}
