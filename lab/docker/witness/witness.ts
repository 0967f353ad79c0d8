/** What watches the routers of a lab while pairs run: the contract of whoever runs them. */
import type { Ladder } from '../../witness/ladder.ts';
import type { PathSeen } from '../../witness/path-seen.ts';
import type { LabSite } from '../lab.ts';

/** Captures at every router from its start until it is disposed. */
export interface Witness extends AsyncDisposable {
  /**
   * Begins to watch a pair: what passes its routers from when this resolves. Several pairs can be watched at once.
   * @throws Error when a router of the pair is part of a pair that is being watched, or was not given at the start.
   */
  watch(a: LabSite, b: LabSite, options?: WatchOptions): Promise<PairWatch>;
}

export interface WatchOptions {
  /** Names of those on the public side by their addresses: helpers, further peers. Others are named by their addresses. */
  readonly names?: Readonly<Record<string, string>>;
}

/** Disposed of without `end`, it tells nothing. */
export interface PairWatch extends AsyncDisposable {
  /** When it began: zero of all its times, by `performance.now()` of this process. */
  readonly startedAt: number;
  /** Notes that the router of a side drops what it would let pass from now on, and why, such as `loss of 5%`; null: no longer. */
  noteFault(side: 'a' | 'b', why: string | null): void;
  /** Waits until everything that has passed the routers so far is counted, and tells what that was. Once. */
  end(): Promise<Watched>;
}

export interface Watched {
  readonly path: PathSeen;
  readonly ladder: Ladder;
  /** What each router of the pair has captured, as a pcap file; empty unless `keepPackets`. */
  readonly captures: readonly RouterCapture[];
}

export interface RouterCapture {
  /** Such as `a-router`, `b-carrier`. */
  readonly name: string;
  readonly pcap: Uint8Array;
}

export interface WatchRoutersOptions {
  /** Names by address for all pairs, such as those of the lab's own server. */
  readonly names?: Readonly<Record<string, string>>;
  /** Whether whole packets are captured and kept for `Watched.captures`, at most 20 MB of each router in a pair; default: no. */
  readonly keepPackets?: boolean;
}
