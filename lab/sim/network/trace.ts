/** What happened to each packet and where, in order: the explanation of a run. Off unless someone listens. */
import type { DropReason, Packet } from './packet.ts';

export type TraceEntry = {
  /** Virtual time in ms. */
  readonly at: number;
  /** The host, router or link at which it happened. */
  readonly place: string;
  readonly packet: Packet;
} & (
  | { readonly event: 'sent' | 'delivered' | 'duplicated' }
  /** Through a box; `as` is what came out of it. */
  | { readonly event: 'passed'; readonly as: Packet }
  | { readonly event: 'dropped'; readonly why: DropReason }
);

export type Trace = (entry: TraceEntry) => void;
