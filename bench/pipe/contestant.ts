/** The contestants that bench/pipe.ts compares: programs that carry one side's stdin to the other side's stdout. */
import type { Lab, LabSite } from '../../lab/index.ts';

/** One transfer: from a client of one site to a client of another. */
export interface Transfer {
  readonly lab: Lab;
  readonly from: LabSite;
  readonly to: LabSite;
  readonly bytes: number;
  /** Different for each transfer of the lab: for ports and names that nothing earlier has used. */
  readonly number: number;
}

/** How the two sides of a transfer are started. */
export interface Commands {
  /** Begins first, with the bytes to send on its stdin. */
  readonly sender: readonly string[];
  /** What the sender says once it waits for the other side. */
  readonly waiting: RegExp;
  /** Begins when the sender waits, with its stdout compared. Gets what the sender has said. */
  readonly receiver: (said: string) => readonly string[];
  /** Whether the receiver's stdin ends at once, or only with the program; default: at once. */
  readonly receiverStdin?: 'ended' | 'open';
  /** `memory`: both programs leave stdin and stdout alone, and the receiver itself says what has arrived; default: `stdio`. */
  readonly bytesFrom?: 'stdio' | 'memory';
  /** What the two need beside them; ended after them. */
  readonly beside?: AsyncDisposable;
}

export interface Contestant {
  readonly name: string;
  /** It carries no more than this in one transfer, since it would take too long. */
  readonly maxBytes?: number;
  readonly commands: (transfer: Transfer) => Commands | Promise<Commands>;
}

/** Where the peers of bench/peers/pipe are in the containers. */
export const peer = (script: string): readonly string[] => ['node', `/opt/natcheck/bench/peers/pipe/${script}`];
