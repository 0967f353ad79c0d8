/** What an agent tells its owner while it works: plain data, each with the time at which it happened. */
import type { Candidate, LocalCandidate } from './candidates/candidate.ts';
import type { PairReport } from './checklist/pair.ts';
import type { Role } from './role.ts';

export type FailureReason =
  /** No socket to check from, and none will come. */
  | 'no-local-candidates'
  /** The peer has told of no address that can be reached from here, and has not come by itself. */
  | 'no-remote-candidates'
  /** No pair got an answer. */
  | 'no-answer'
  /** The peer answers, and refuses: credentials of another session, say. */
  | 'refused-by-peer'
  /** The system would not send on any pair. */
  | 'send-refused'
  /** A pair was valid, but the controlling side did not nominate in time. */
  | 'not-nominated';

export type IceEvent = { readonly at: number } & (
  | { readonly kind: 'local-candidate'; readonly candidate: LocalCandidate }
  | { readonly kind: 'remote-candidate'; readonly candidate: Candidate }
  /** The first check on that pair went out. */
  | { readonly kind: 'check-sent'; readonly pair: PairReport }
  /** The first authentic check of the peer came in on that pair. */
  | { readonly kind: 'check-received'; readonly pair: PairReport }
  | { readonly kind: 'pair-valid'; readonly pair: PairReport; readonly rttMs: number }
  | { readonly kind: 'role-switched'; readonly role: Role }
  | { readonly kind: 'connected'; readonly pair: PairReport; readonly rttMs: number; readonly checksSent: number }
  /** A better pair: of an aggressive nominator (RFC 5245 §8.1.1.2), or direct in place of relayed. */
  | { readonly kind: 'pair-switched'; readonly pair: PairReport; readonly rttMs: number }
  /** The peer has not answered for some seconds, and may again; what is sent on the pair may come to nothing. */
  | { readonly kind: 'consent-doubtful'; readonly pair: PairReport }
  /** It has answered again. */
  | { readonly kind: 'consent-restored'; readonly pair: PairReport }
  /** The peer has not answered for so long that nothing may be sent to it any more (RFC 7675 §5.1). */
  | { readonly kind: 'consent-lost'; readonly pair: PairReport }
  /** The peer has said that it closes the path. */
  | { readonly kind: 'closed-by-peer'; readonly pair: PairReport }
  | { readonly kind: 'failed'; readonly reason: FailureReason }
);

/** An event before it has a time. */
export type Untimed = IceEvent extends infer E ? (E extends IceEvent ? Omit<E, 'at'> : never) : never;
