/** The packets of a pair as its routers saw them, in the order of time: who sent what first, and where each one ended. */
import type { Endpoint } from '../../src/endpoint.ts';

export interface Ladder {
  /** From left to right: side a, its router (and its carrier's), those on the public side, b's router, side b. */
  readonly hosts: readonly string[];
  readonly steps: readonly LadderStep[];
  /** How many further packets are not listed. */
  readonly omitted: number;
}

export interface LadderStep {
  /** From the start of the pair. */
  readonly atMs: number;
  /** Who sent it, a name of `hosts`. */
  readonly from: string;
  /** Whom it was for. */
  readonly to: string;
  readonly protocol: 'udp' | 'tcp' | 'icmp' | 'other';
  /** Of the payload. */
  readonly bytes: number;
  /** What it was, as far as its bytes tell, such as `STUN Binding request`. */
  readonly what: string;
  /** As it was seen on the public network; as the sender sent it if it did not get there. */
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** Null if it arrived. */
  readonly dropped: { readonly at: string; readonly why: string } | null;
}
