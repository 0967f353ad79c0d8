/** What an agent knows. The rules beside this file read and change it; nothing else does. */
import type { Done, EventOutput, Transmit, Wait } from '../session.ts';
import { shortTermKey } from '../stun/integrity.ts';
import type { Candidate } from './candidates/candidate.ts';
import { createLocalCandidates, type LocalCandidates } from './candidates/local-candidates.ts';
import { type Checklist, createChecklist } from './checklist/checklist.ts';
import type { Pair } from './checklist/pair.ts';
import type { CheckBudget } from './checks/budget.ts';
import type { CheckRejectionCause } from './checks/rejection-cause.ts';
import type { Transactions } from './checks/transactions.ts';
import type { IceCredentials } from './credentials.ts';
import type { IceEvent, Untimed } from './event.ts';
import type { Role } from './role.ts';
import type { Consent } from './selected-pair/consent.ts';

/** What an agent wants done: it is `done` once closed by its owner or the peer, failed, or without consent. */
export type IceOutput = Transmit | Wait | EventOutput<IceEvent> | Done<'closed'>;

/** An agent's username fragment, and the key that its password makes. */
export interface Party {
  readonly ufrag: string;
  readonly key: Uint8Array;
}

/** What the owner chose when it made the agent. */
export interface AgentConfig {
  readonly taMs: number;
  readonly timeoutMs: number;
  readonly relayGraceMs: number;
  readonly budget: CheckBudget;
  readonly answersFromAnyPort: boolean;
  readonly relays: ReadonlySet<string>;
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface AgentState {
  readonly config: AgentConfig;
  role: Role;
  tieBreaker: bigint;
  readonly local: Party;
  /** Null until signalling has brought the peer's credentials; no check goes out before. */
  remote: Party | null;
  readonly localCandidates: LocalCandidates;
  /** The candidates that signalling has brought, kept to pair with sockets that come later. */
  readonly remoteCandidates: Candidate[];
  /** Whether that side has signalled the end of its candidates (RFC 8838 §13). */
  readonly ended: { local: boolean; remote: boolean };
  readonly checklist: Checklist;
  /** The triggered-check queue (RFC 8445 §6.1.4.1). */
  readonly triggered: Set<Pair>;
  /** The pairs with peer-reflexive remote candidates, the oldest first, and how many such candidates there ever were. */
  readonly peerReflexive: { readonly pairs: Pair[]; found: number };
  readonly transactions: Transactions;
  /** The source of each of the peer's last authentic checks, by transaction id. */
  readonly requestSources: Map<string, string>;
  /** When the current second of error responses to strangers ends, and how many it has had. */
  readonly refusals: { windowEnd: number; count: number };
  /** How many triggered checks went out since the last other one. */
  triggeredInARow: number;
  /** When the next ordinary check may go out. */
  slotAt: number;
  /** When the agent fails if no pair has been selected. */
  deadline: number;
  checksSent: number;
  readonly rejected: Partial<Record<CheckRejectionCause, number>>;
  selected: Pair | null;
  /** The peer's consent to receive data on the selected pair. */
  consent: Consent | null;
  /** Another pair of the same socket, on which the peer was heard since it last answered on the selected one. */
  successor: Pair | null;
  /** Whether the owner was last told that the consent is doubtful. */
  isDoubtful: boolean;
  /** The times at which the farewell is still to be sent; null unless the agent is leaving. */
  farewellsAt: readonly number[] | null;
  hasPeerLeft: boolean;
  isClosed: boolean;
  readonly outputs: IceOutput[];
}

export function createAgentState({
  role,
  tieBreaker,
  credentials,
  config,
}: {
  readonly role: Role;
  readonly tieBreaker: bigint;
  readonly credentials: IceCredentials;
  readonly config: AgentConfig;
}): AgentState {
  const state: AgentState = {
    config,
    role,
    tieBreaker,
    local: partyOf(credentials),
    remote: null,
    localCandidates: createLocalCandidates(),
    remoteCandidates: [],
    ended: { local: false, remote: false },
    checklist: createChecklist(() => state.role),
    triggered: new Set(),
    peerReflexive: { pairs: [], found: 0 },
    transactions: new Map(),
    requestSources: new Map(),
    refusals: { windowEnd: Number.NEGATIVE_INFINITY, count: 0 },
    triggeredInARow: 0,
    slotAt: Number.NEGATIVE_INFINITY,
    deadline: Number.POSITIVE_INFINITY,
    checksSent: 0,
    rejected: {},
    selected: null,
    consent: null,
    successor: null,
    isDoubtful: false,
    farewellsAt: null,
    hasPeerLeft: false,
    isClosed: false,
    outputs: [],
  };
  return state;
}

export function partyOf({ ufrag, pwd }: IceCredentials): Party {
  return { ufrag, key: shortTermKey(pwd) };
}

export function transmit(state: AgentState, datagram: Omit<Transmit, 'kind'>): void {
  state.outputs.push({ kind: 'transmit', ...datagram });
}

export function emit(now: number, state: AgentState, event: Untimed): void {
  state.outputs.push({ kind: 'event', event: { at: now, ...event } as IceEvent });
}

/** Counts a message that is not believed, so that a report can say what came instead of an answer. */
export function reject(state: AgentState, cause: CheckRejectionCause): void {
  state.rejected[cause] = (state.rejected[cause] ?? 0) + 1;
}

/** Ends the agent: nothing is sent or answered afterwards. */
export function close(state: AgentState): void {
  state.isClosed = true;
  state.triggered.clear();
}
