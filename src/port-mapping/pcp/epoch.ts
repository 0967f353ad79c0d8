/** Whether a PCP server still knows what it has mapped, by how long it says that it has run (RFC 6887 §8.5). */

/** What a response has said, and when it came, by a monotonic clock. */
export interface EpochHeard {
  readonly epochS: number;
  readonly atMs: number;
}

/**
 * Whether the server has lost its state between the two responses. It has when its time goes back by more than a second, or
 * when one of the two clocks has gone on by more than a sixteenth and two seconds beyond the other.
 * @param before null when nothing has been heard before, which proves nothing.
 */
export function hasLostState(before: EpochHeard | null, now: EpochHeard): boolean {
  if (!before) return false;
  if (now.epochS + 1 < before.epochS) return true;
  const server = now.epochS - before.epochS;
  const client = (now.atMs - before.atMs) / 1000;
  return client + 2 < server - server / 16 || server + 2 < client - client / 16;
}
