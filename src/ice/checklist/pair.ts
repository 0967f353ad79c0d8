/** One candidate pair of the checklist and where its checks stand (RFC 8445 §6.1.2.6). */
import type { Candidate, LocalCandidate } from '../candidates/candidate.ts';

/** Sends that the system must refuse before a pair is given up: one may be a full buffer. */
export const MAX_SEND_FAILURES = 3;

/** The states of RFC 8445 §6.1.2.6. */
export type PairState = 'frozen' | 'waiting' | 'in-progress' | 'succeeded' | 'failed';

export interface Pair {
  /** A base: reflexive candidates are sent from it too, so they form no pairs of their own (RFC 8445 §6.1.2.4). */
  readonly local: LocalCandidate;
  /** A peer-reflexive candidate is replaced by one of the same endpoint that is signalled later. */
  remote: Candidate;
  state: PairState;
  /** How often the check under way was sent. */
  sends: number;
  /** How far the gaps between sends have grown: a triggered check does not begin again with the short ones. */
  gaps: number;
  /** When the first check went out on the pair. */
  checkedAt: number | null;
  /** When the check is sent again, or given up after its last send; Infinity while none is under way. */
  dueAt: number;
  /** Sends that the system refused since the pair was last heard of. */
  sendFailures: number;
  /** The last error that the peer answered with. */
  errorCode: number | null;
  /** Whether an authentic check of the peer came on the pair. */
  isHeard: boolean;
  /** The local candidate that the peer saw the check come from (RFC 8445 §7.2.5.3.2); null until it succeeded. */
  seenAs: LocalCandidate | null;
  rttMs: number | null;
  validAt: number | null;
  /** `asking`: a check with USE-CANDIDATE is under way. `asked`: the peer has nominated the pair before it is valid. */
  nomination: 'none' | 'asking' | 'asked' | 'nominated';
}

/** A pair as events and results show it. */
export interface PairReport {
  /** The local socket that is sent from. */
  readonly socket: string;
  /** The candidate as which the peer sees that socket, once a check has told. */
  readonly local: LocalCandidate;
  readonly remote: Candidate;
}

/** The pair that data goes on. */
export interface SelectedPair extends PairReport {
  /** The round trip of the check, or the consent check, that was answered last; null before the first answer. */
  readonly rttMs: number | null;
}

export function createPair(local: LocalCandidate, remote: Candidate): Pair {
  return {
    local,
    remote,
    state: 'frozen',
    sends: 0,
    gaps: 0,
    checkedAt: null,
    dueAt: Number.POSITIVE_INFINITY,
    sendFailures: 0,
    errorCode: null,
    isHeard: false,
    seenAs: null,
    rttMs: null,
    validAt: null,
    nomination: 'none',
  };
}

export function reportOf({ local, remote, seenAs }: Pair): PairReport {
  return { socket: local.socket, local: seenAs ?? local, remote };
}

/** The foundations of both candidates (RFC 8445 §6.1.2.6). */
export function pairFoundation({ local, remote }: Pair): string {
  return `${local.foundation} ${remote.foundation}`;
}

/** Whether data on the pair goes through a TURN server of either side. */
export function isRelayed({ local, remote }: Pick<PairReport, 'local' | 'remote'>): boolean {
  return local.type === 'relay' || remote.type === 'relay';
}

/** Whether a check or a nomination is under way on the pair. */
export function isUnderWay({ state, nomination }: Pair): boolean {
  return state === 'in-progress' || (state === 'succeeded' && nomination === 'asking');
}

export function failPair(pair: Pair): void {
  rest(pair);
  pair.state = 'failed';
  pair.nomination = 'none';
  pair.validAt = null;
}

/** Ends what is under way on the pair; late answers still count. */
export function rest(pair: Pair): void {
  pair.dueAt = Number.POSITIVE_INFINITY;
}
