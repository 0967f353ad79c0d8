/**
 * Lists of ports that an nftables counter goes through, one for each new mapping. Used as the port, the counter would have
 * its bytes in the machine's order (nftables 1.0.6).
 */

/** Enough that no two mappings of one lifetime meet, and so few that the rules fit into one argument of a program (128 KiB). */
export const MAX_LISTED = 4096;

/** Declares the map of that name from the counter to the ports. */
export function portMap(name: string, ports: readonly number[]): string {
  const elements = ports.map((port, index) => `${index} : ${port}`).join(', ');
  return `map ${name} { typeof ${counter(ports)} : udp sport; elements = { ${elements} } }`;
}

/** The next port of that map, counted at the place where this stands. */
export function nextPort(name: string, ports: readonly number[]): string {
  return `${counter(ports)} map @${name}`;
}

function counter({ length }: readonly number[]): string {
  return `numgen inc mod ${length}`;
}

const FIRST_PORT = 1024;
const LAST_PORT = 65_535;
/** Any number but 0; so a router has the same rules each time. */
const SEED = 0x2f6e_2b1d;

/**
 * So many user ports in an order without a pattern. Drawn one by one, two mappings would now and then get the same port, and
 * the later one lose its packets.
 */
export function shuffledPorts(count: number, isWanted: (port: number) => boolean = () => true): readonly number[] {
  const ports = Array.from({ length: LAST_PORT - FIRST_PORT + 1 }, (_, index) => FIRST_PORT + index).filter(isWanted);
  let state = SEED;
  for (let index = ports.length - 1; index > 0; index--) {
    state = xorshift(state);
    const other = state % (index + 1);
    [ports[index], ports[other]] = [ports[other] ?? 0, ports[index] ?? 0];
  }
  return ports.slice(0, count);
}

/** Marsaglia's generator of 32 bits. */
function xorshift(state: number): number {
  let next = state;
  next ^= next << 13;
  next ^= next >>> 17;
  next ^= next << 5;
  return next >>> 0;
}
