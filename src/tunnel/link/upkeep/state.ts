/** What the upkeep of one peer knows. Only the rules beside this file change it. */
import type { PunchFailure } from '../../../punch/report/report.ts';

export type UpkeepFailure = PunchFailure | 'not-authenticated' | 'abandoned';

export type UpkeepInput =
  /** Connect to the peer, if that is not being done. */
  | { readonly kind: 'want' }
  /** The peer asks for this side, although it may be connected: it has lost the path, or has restarted. */
  | { readonly kind: 'asked' }
  /** The attempt has led to a carrier on which the tunnel goes on, or a new one has begun. */
  | { readonly kind: 'connected'; readonly attempt: number; readonly isContinued: boolean }
  | {
      readonly kind: 'failed';
      readonly attempt: number;
      readonly reason: UpkeepFailure;
      readonly detail: string;
      /** Whether another attempt would end in the same way. */
      readonly isFinal: boolean;
    }
  /** The carrier that has come of the attempt has closed. */
  | { readonly kind: 'closed'; readonly attempt: number; readonly detail: string }
  /** This host may be in another network by now, or has slept. */
  | { readonly kind: 'doubt' }
  /** The room is another one: what was being attempted in the former one is void. */
  | { readonly kind: 'moved' }
  /** The time of `wakeAt` has come; an earlier timeout is harmless. */
  | { readonly kind: 'timeout' };

export type UpkeepOutput =
  /** Punch, and shake hands; answered by `connected` or `failed` with the same number. */
  | { readonly kind: 'connect'; readonly attempt: number; readonly waitMs: number; readonly isAgain: boolean }
  /** Give up that attempt; nothing is expected of it any more. */
  | { readonly kind: 'abandon'; readonly attempt: number }
  /** Have the room look anew where this side is. */
  | { readonly kind: 'doubt' }
  /** The path is, or seems, lost. */
  | { readonly kind: 'lost'; readonly detail: string }
  /** There is a path again, or something is heard on the old one. `outageMs`: how long nothing had been heard. */
  | { readonly kind: 'back'; readonly outageMs: number }
  | {
      readonly kind: 'attempt-failed';
      readonly reason: UpkeepFailure;
      readonly detail: string;
      readonly retryInMs: number;
    }
  /** The last output: nothing more is done about the peer. */
  | { readonly kind: 'given-up'; readonly reason: UpkeepFailure; readonly detail: string };

export interface UpkeepOptions {
  /** How long the first connection may take to come about; Infinity waits for ever. */
  readonly waitMs: number;
  /** How long a lost peer is tried again; Infinity tries for ever. */
  readonly patienceMs: number;
  /** How long nothing that the peer has authenticated has been heard, in ms; Infinity while there is no tunnel. */
  readonly quietForMs: () => number;
  /** The round trip that was last measured, in ms; null where none was. */
  readonly rttMs: () => number | null;
}

export interface State extends UpkeepOptions {
  /** The attempt whose carrier the tunnel goes over; null where there is none. */
  path: number | null;
  /** The attempt that is under way. */
  attempt: { readonly number: number; readonly startedAt: number; readonly by: number } | null;
  /** How many attempts have begun. */
  attempts: number;
  /** When the last one began. */
  attemptedAt: number;
  /** How many have failed in a row. */
  failures: number;
  /** When the next one is due; Infinity when none is. */
  retryAt: number;
  /** When something of the peer was heard last; of one that has never been connected to, when it was wanted. */
  heardAt: number;
  /** Until when it has to be heard. */
  silentAt: number;
  lookedAt: number;
  /** Whether there was a tunnel once, and whether its path is lost. */
  wasConnected: boolean;
  isLost: boolean;
  /** Why the last attempt has failed. */
  lastFailure: { readonly reason: UpkeepFailure; readonly detail: string } | null;
  /** Whether nothing more is done. */
  isOver: boolean;
  outputs: UpkeepOutput[];
}
