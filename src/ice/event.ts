/** What an agent tells its owner while it works, as plain data. */
import type { Candidate, LocalCandidate } from './candidates/candidate.ts';
import type { PairReport } from './checklist/pair.ts';
import type { Role } from './role.ts';

/** Why an agent has failed. */
export type FailureReason =
  /** There is no socket to check from. */
  | 'no-local-candidates'
  /** The peer has signalled no candidate that a local one can pair with, and no check of its has come. */
  | 'no-remote-candidates'
  /** No pair got an answer. */
  | 'no-answer'
  /** The peer answers, but with errors: it has the credentials of another session, for instance. */
  | 'refused-by-peer'
  /** The system refused to send on every pair. */
  | 'send-refused'
  /** A pair was valid, but the controlling side did not nominate in time. */
  | 'not-nominated';

/** Something that happened at the time `at`, in milliseconds of the clock that drives the agent. */
export type IceEvent = { readonly at: number } /** A check has found a peer-reflexive candidate of this side. */ & (
  | { readonly kind: 'local-candidate'; readonly candidate: LocalCandidate }
  /** A check of the peer has found a peer-reflexive candidate of its side. */
  | { readonly kind: 'remote-candidate'; readonly candidate: Candidate }
  /** The first check on the pair went out. */
  | { readonly kind: 'check-sent'; readonly pair: PairReport }
  /** The first authentic check of the peer came in on the pair. */
  | { readonly kind: 'check-received'; readonly pair: PairReport }
  /** A check on the pair has succeeded. */
  | { readonly kind: 'pair-valid'; readonly pair: PairReport; readonly rttMs: number }
  /** A role conflict has given this agent the other role (RFC 8445 §7.3.1.1). */
  | { readonly kind: 'role-switched'; readonly role: Role }
  /** The pair is selected: data can be sent on it from now on. */
  | { readonly kind: 'connected'; readonly pair: PairReport; readonly rttMs: number; readonly checksSent: number }
  /**
   * Another pair is selected: a better one of an aggressive nominator (RFC 5245 §8.1.1.2), a direct one in place of a relayed
   * one, or the one on which the peer is found now, in place of one on which it does not answer.
   */
  | { readonly kind: 'pair-switched'; readonly pair: PairReport; readonly rttMs: number }
  /** The peer has not answered for some seconds; what is sent on the pair may be lost. */
  | { readonly kind: 'consent-doubtful'; readonly pair: PairReport }
  /** The peer has answered again. */
  | { readonly kind: 'consent-restored'; readonly pair: PairReport }
  /** The peer has not answered for so long that nothing may be sent to it any more (RFC 7675 §5.1); the agent is closed. */
  | { readonly kind: 'consent-lost'; readonly pair: PairReport }
  /** The peer has said that it closes the path; the agent is closed. */
  | { readonly kind: 'closed-by-peer'; readonly pair: PairReport }
  /** No pair was selected; the agent is closed. */
  | { readonly kind: 'failed'; readonly reason: FailureReason }
);

/** An event before it has a time. */
export type Untimed = IceEvent extends infer E ? (E extends IceEvent ? Omit<E, 'at'> : never) : never;
