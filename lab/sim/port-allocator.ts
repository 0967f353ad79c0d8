/** How a NAT chooses the public port of a new mapping, on one of its public addresses (RFC 4787 §4.2). */
import type { PortAllocation } from '../profiles.ts';
import type { Random } from './random.ts';

/** Outside the well-known ports (RFC 6335 §6). */
const FIRST_PORT = 1024;
const LAST_PORT = 65_535;
const PORT_COUNT = LAST_PORT - FIRST_PORT + 1;

interface PortRequest {
  /** The port of the internal endpoint. */
  readonly internalPort: number;
  /** Whether no live mapping has that port. */
  readonly isFree: (port: number) => boolean;
}

/** A port that is free, or null when none is. */
export type PortAllocator = (request: PortRequest) => number | null;

/**
 * `preserved` keeps the internal port while no live mapping has it, and else takes a random one as Linux does
 * (`nf_nat_l4proto_unique_tuple`). A mapping that depends on the destination thus keeps the port for the first
 * destination only: with the same port for two of them both would share one public endpoint, which is
 * endpoint-independent mapping in all but name.
 * `sequential` counts up from a random start, also across hosts and sockets.
 */
export function createPortAllocator(allocation: PortAllocation, random: Random): PortAllocator {
  let next = 0;
  const randomPort = (): number => FIRST_PORT + random.integer(PORT_COUNT);
  switch (allocation) {
    case 'preserved':
      return ({ internalPort, isFree }) => (isFree(internalPort) ? internalPort : firstFree(randomPort(), isFree));
    case 'sequential':
      next = randomPort();
      return ({ isFree }) => {
        const port = firstFree(next, isFree);
        if (port !== null) next = port + 1;
        return port;
      };
    case 'random':
      return ({ isFree }) => firstFree(randomPort(), isFree);
  }
}

/** The first free port from `start` up, beginning again at the first port after the last. */
function firstFree(start: number, isFree: (port: number) => boolean): number | null {
  for (let step = 0; step < PORT_COUNT; step++) {
    const port = FIRST_PORT + ((start - FIRST_PORT + step) % PORT_COUNT);
    if (isFree(port)) return port;
  }
  return null;
}
