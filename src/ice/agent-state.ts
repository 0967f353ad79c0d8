/** What the parts of one agent share, and the ways out of it. */
import type { Endpoint } from '../endpoint.ts';
import type { Done, Told, Transmit, Wait } from '../session.ts';
import { shortTermKey } from '../stun/integrity.ts';
import { createLocalCandidates, type LocalCandidates } from './candidates/local-candidates.ts';
import { type Checklist, createChecklist } from './checklist/checklist.ts';
import type { Pair } from './checklist/pair.ts';
import type { CheckBudget } from './checks/budget.ts';
import { createRejections, type Rejections } from './checks/rejection.ts';
import type { IceCredentials } from './credentials.ts';
import type { IceEvent, Untimed } from './event.ts';
import type { Role } from './role.ts';
import type { Consent } from './selected/consent.ts';

/** `done` once it is closed by its owner or by the peer, has failed, or is without consent. */
export type IceOutput = Transmit | Wait | Told<IceEvent> | Done<'closed'>;

/** Credentials, and the key that the password makes. */
export interface Party {
  readonly ufrag: string;
  readonly key: Uint8Array;
}

export interface AgentState {
  role: Role;
  tieBreaker: bigint;
  readonly own: Party;
  /** Null until signalling has brought them; no check goes out before. */
  peer: Party | null;
  selected: Pair | null;
  /** Of the selected pair. */
  consent: Consent | null;
  /** Whether the owner was told last that the consent is doubtful. */
  isDoubtful: boolean;
  isClosed: boolean;
  checksSent: number;
  readonly locals: LocalCandidates;
  readonly checklist: Checklist;
  /** Pairs on which the peer's check came: the next own check goes there (RFC 8445 §6.1.4.1). */
  readonly triggered: Set<Pair>;
  readonly rejections: Rejections;
  readonly budget: CheckBudget;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly transmit: (socket: string, to: Endpoint, bytes: Uint8Array) => void;
  readonly emit: (now: number, event: Untimed) => void;
  readonly dequeue: () => IceOutput | undefined;
}

export function createAgentState(options: {
  readonly role: Role;
  readonly tieBreaker: bigint;
  readonly credentials: IceCredentials;
  readonly budget: CheckBudget;
  readonly randomBytes: (length: number) => Uint8Array;
}): AgentState {
  const { role, tieBreaker, credentials, budget, randomBytes } = options;
  const queue: IceOutput[] = [];
  const state: AgentState = {
    role,
    tieBreaker,
    own: partyOf(credentials),
    peer: null,
    selected: null,
    consent: null,
    isDoubtful: false,
    isClosed: false,
    checksSent: 0,
    locals: createLocalCandidates(),
    checklist: createChecklist(() => state.role),
    triggered: new Set(),
    rejections: createRejections(),
    budget,
    randomBytes,
    transmit: (socket, to, bytes) => void queue.push({ kind: 'transmit', socket, to, bytes }),
    emit: (at, event) => void queue.push({ kind: 'event', event: { at, ...event } as IceEvent }),
    dequeue: () => queue.shift(),
  };
  return state;
}

export function partyOf({ ufrag, pwd }: IceCredentials): Party {
  return { ufrag, key: shortTermKey(pwd) };
}

/** 64 random bits (RFC 8445 §16.1). */
export function randomTieBreaker(randomBytes: (length: number) => Uint8Array): bigint {
  return Buffer.from(randomBytes(8)).readBigUInt64BE();
}
