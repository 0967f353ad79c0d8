/** What a node of a cluster is told, and what it wants done. */
import type { KeptId, RendezvousInput, RendezvousOutput } from '../../rendezvous/decisions/input-output.ts';

/** What happens beside what a rendezvous is told of its connections. */
export type ClusterInput =
  | RendezvousInput
  /** There is a connection to Redis, a new one; or it is lost, and what was asked of it is not answered. */
  | { readonly kind: 'up' }
  | { readonly kind: 'down' }
  /** A beat that was sent at `sentAt` has arrived. `term` is another one when Redis has lost what it knew. */
  | {
      readonly kind: 'beaten';
      readonly sentAt: number;
      readonly term: string;
      /** Who of those that were asked for is not there. */
      readonly gone: readonly string[];
    }
  /** Whose the room is; null when nobody gets it yet. `ids` are those of its peers where it is this node's now. */
  | {
      readonly kind: 'claimed';
      readonly room: string;
      readonly claim: number;
      readonly home: string | null;
      readonly ids: readonly KeptId[];
    }
  /** Of the rooms that were to be renewed, those that are another's, and those of which Redis knew nothing. */
  | { readonly kind: 'renewed'; readonly lost: readonly string[]; readonly restored: readonly string[] }
  /** Another node has said that. */
  | { readonly kind: 'heard'; readonly from: string; readonly text: string }
  /** CLOCK_MS have passed. */
  | { readonly kind: 'clock' };

export type ClusterOutput =
  | RendezvousOutput
  /** Say that this node is there, and ask whether those are. */
  | { readonly kind: 'beat'; readonly watch: readonly string[] }
  /** Ask whose the room is, and make it this node's if it is nobody's; the answer has the same number. */
  | { readonly kind: 'claim'; readonly room: string; readonly claim: number }
  | { readonly kind: 'renew'; readonly rooms: readonly string[] }
  | { readonly kind: 'release'; readonly room: string }
  /** Note whose id that is in a room of this node; null for nobody's. */
  | { readonly kind: 'keep'; readonly room: string; readonly id: string; readonly digest: string | null }
  | { readonly kind: 'tell'; readonly node: string; readonly text: string }
  /** This node ends: it is not there any more, and the rooms are nobody's. */
  | { readonly kind: 'leave'; readonly rooms: readonly string[] };
