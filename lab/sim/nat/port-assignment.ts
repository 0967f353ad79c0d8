/** How a NAT chooses the public port of a new mapping, on one of its public addresses (RFC 4787 §4.2). */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { DEFAULT_BLOCK_SIZE, type NatProfile } from '../../profiles.ts';
import type { Random } from '../network/random.ts';

/** Outside the well-known ports (RFC 6335 §6). */
const FIRST_PORT = 1024;
const LAST_PORT = 65_535;
/** How many ports a NAT has on each public address. */
export const PORT_COUNT = LAST_PORT - FIRST_PORT + 1;

/** Even and odd. There are as many ports of one as of the other, so a step from port to port keeps it, also around the end. */
const PARITIES = 2;

interface PortRequest {
  /** Whose mapping it is. */
  readonly internal: Endpoint;
  /** Whether no live mapping has that port. */
  readonly isFree: (port: number) => boolean;
}

/** Chooses the port of a new mapping: one that is free, or null when none is. */
export type AssignPort = (request: PortRequest) => number | null;

/**
 * `preserved` keeps the internal port while no live mapping has it, and else takes a random one as Linux does
 * (`nf_nat_l4proto_unique_tuple`). A mapping that depends on the destination thus keeps the port for the first
 * destination only: with the same port for two of them both would share one public endpoint, which is
 * endpoint-independent mapping in all but name.
 * A NAT that translates no port has no other one.
 * `parity` draws from the ports that are even or odd like the internal one (RFC 4787 §4.2.2).
 * `sequential` counts from a random start, also across hosts and sockets.
 * `socket-sequential` keeps the port for the first mapping of a socket, and counts up from there for its further ones.
 * `block` draws from the block that the host has to itself, and keeps.
 */
export function createPortAssignment(
  {
    ports,
    portStep = 1,
    blockSize = DEFAULT_BLOCK_SIZE,
    translation,
  }: Pick<NatProfile, 'ports' | 'portStep' | 'blockSize' | 'translation'>,
  random: Random,
): AssignPort {
  const randomPort = (): number => FIRST_PORT + random.integer(PORT_COUNT);
  switch (ports) {
    case 'preserved':
      return ({ internal, isFree }) => {
        if (isFree(internal.port)) return internal.port;
        return translation === 'dynamic' ? null : firstFree(randomPort(), isFree);
      };
    case 'parity':
      return ({ internal, isFree }) => {
        const drawn = randomPort();
        return firstFree(drawn + ((drawn + internal.port) % PARITIES), isFree, PARITIES);
      };
    case 'sequential': {
      let next = randomPort();
      return ({ isFree }) => {
        const port = firstFree(next, isFree, portStep);
        if (port !== null) next = wrapped(port + portStep);
        return port;
      };
    }
    case 'socket-sequential':
      return createSocketCounters(portStep, randomPort);
    case 'random':
      return ({ isFree }) => firstFree(randomPort(), isFree);
    case 'block':
      return createBlockAssignment(blockSize, random);
  }
}

/** Each socket has a counter of its own, which begins with the socket's own port. */
function createSocketCounters(step: number, randomPort: () => number): AssignPort {
  const last = new Map<string, number>();
  return ({ internal, isFree }) => {
    const socket = formatEndpoint(internal);
    const before = last.get(socket);
    const preserved = isFree(internal.port) ? internal.port : randomPort();
    const port = firstFree(before === undefined ? preserved : wrapped(before + step), isFree, step);
    if (port !== null) last.set(socket, port);
    return port;
  };
}

/** Each host draws from one block, given to it alone at its first mapping; null when no port or no block is left. */
function createBlockAssignment(size: number, random: Random): AssignPort {
  const free = Array.from({ length: Math.floor(PORT_COUNT / size) }, (_, index) => FIRST_PORT + index * size);
  const blocks = new Map<string, number>();
  return ({ internal, isFree }) => {
    const first = blocks.get(internal.address) ?? free.splice(random.integer(free.length), 1)[0];
    if (first === undefined) return null;
    blocks.set(internal.address, first);
    const start = random.integer(size);
    for (let tries = 0; tries < size; tries++) {
      const port = first + ((start + tries) % size);
      if (isFree(port)) return port;
    }
    return null;
  };
}

/** The first free port from `start` on, beginning again at the first port after the last. */
function firstFree(start: number, isFree: (port: number) => boolean, step = 1): number | null {
  for (let tries = 0; tries < PORT_COUNT; tries++) {
    const port = wrapped(start + tries * step);
    if (isFree(port)) return port;
  }
  return null;
}

function wrapped(port: number): number {
  const offset = (port - FIRST_PORT) % PORT_COUNT;
  return FIRST_PORT + (offset < 0 ? offset + PORT_COUNT : offset);
}
