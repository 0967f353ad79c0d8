/** Whether ports without an order come from a part of the port space only: a port block of a carrier (RFC 6888, RFC 7422). */

/** The ports that a NAT may use: all but the well-known ones (RFC 6335 §6). */
const PORT_COUNT = 65_536 - 1024;
const FIRST_PORT = 1;
const LAST_PORT = 65_535;
/** The probability of taking ports from everywhere for those of a block. */
const RANGE_ERROR = 1e-4;
/** A power-of-two block fits if it is not wider than the estimate by more than this. */
const BLOCK_TOLERANCE = 1.5;

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The range that the ports come from, or null when they may as well come from everywhere: n ports drawn from all lie
 * within w of each other with a probability of about n · (w / 64512)^(n − 1).
 *
 * What was seen is widened at each end by the mean gap, (max − min) / (n − 1), which is unbiased for a uniform choice.
 * Where the smallest block of a power of two that holds all that was seen is about as wide, the answer is that block.
 */
export function rangeOf(ports: readonly number[]): PortRange | null {
  const count = ports.length;
  const [lowest, highest] = [Math.min(...ports), Math.max(...ports)];
  const chance = count * ((highest - lowest + 1) / PORT_COUNT) ** (count - 1);
  if (count < 2 || chance > RANGE_ERROR) return null;
  const margin = Math.round((highest - lowest) / (count - 1));
  const widened = clamped({ first: lowest - margin, last: highest + margin });
  const block = alignedBlock(lowest, highest);
  return widthOf(block) <= BLOCK_TOLERANCE * widthOf(widened) ? block : widened;
}

/** The smallest block from k · 2^j to (k + 1) · 2^j − 1 with both ports in it. */
function alignedBlock(lowest: number, highest: number): PortRange {
  let size = 1;
  while (Math.floor(lowest / size) !== Math.floor(highest / size)) size *= 2;
  const first = Math.floor(lowest / size) * size;
  return clamped({ first, last: first + size - 1 });
}

/** Without ports that there are not; a server may say that a mapping has port 0. */
function clamped({ first, last }: PortRange): PortRange {
  return { first: Math.max(FIRST_PORT, first), last: Math.min(LAST_PORT, Math.max(FIRST_PORT, last)) };
}

function widthOf({ first, last }: PortRange): number {
  return last - first + 1;
}
