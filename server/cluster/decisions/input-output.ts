/** What a node of a cluster is told, and what it wants done. */
import type { ConnectionOutput, KeptId, RendezvousInput } from '../../rendezvous/decisions/input-output.ts';

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
      /** What nodes offer, this one too, and for how long at most they are there. */
      readonly offers: readonly { readonly node: string; readonly text: string; readonly ttlMs: number }[];
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
  /** Another node offers something else than before. */
  | { readonly kind: 'news' }
  /** CLOCK_MS have passed. */
  | { readonly kind: 'clock' };

export type ClusterOutput =
  | ConnectionOutput
  /**
   * Say that this node is there and what it offers, which others are told of at once where it is news; and ask whether those
   * are there, and what all offer.
   */
  | { readonly kind: 'beat'; readonly watch: readonly string[]; readonly offer: string; readonly isNews: boolean }
  /** Ask whose the room is, and make it this node's if it is nobody's; the answer has the same number. */
  | { readonly kind: 'claim'; readonly room: string; readonly claim: number }
  | { readonly kind: 'renew'; readonly rooms: readonly string[] }
  | { readonly kind: 'release'; readonly room: string }
  /** Note whose id that is in a room of this node; null for nobody's. */
  | { readonly kind: 'keep'; readonly room: string; readonly id: string; readonly digest: string | null }
  | { readonly kind: 'tell'; readonly node: string; readonly text: string }
  /** A session of another node may use this node's relay, or may not any more. */
  | { readonly kind: 'turn-user'; readonly user: string; readonly isThere: boolean }
  /** This node ends: it is not there any more, and the rooms are nobody's. */
  | { readonly kind: 'leave'; readonly rooms: readonly string[] };
