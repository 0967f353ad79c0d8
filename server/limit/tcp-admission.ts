/**
 * Decides who may open one more TCP connection: there is a bound for all sources, and two for each: at a time, and over
 * time.
 */
import { type Rate, take } from './bucket.ts';
import { sourceOf } from './source.ts';

export interface ConnectionLimits {
  /** How many all sources may have at a time. */
  readonly connections: number;
  /** How many one source (source.ts) may have at a time: few enough that it takes many sources to leave no room. */
  readonly connectionsPerSource: number;
}

/**
 * One source may begin this many times its connections at once, as all who share an address do after a lost network.
 */
const BEGUN_PER_CONNECTION = 2;
/** It may begin as many again in this time. */
const REFILL_MS = 60_000;
/** A useless account is kept no longer than this, however many sources come and go. */
const SWEEP_MS = 1_000;

export const ADMISSION_REFUSALS = [
  /** As many connections are open as are allowed. */
  'full',
  /** As many connections of this source are open as are allowed. */
  'source-full',
  /** This source has begun too many connections in too short a time. */
  'source-busy',
] as const;
export type AdmissionRefusal = (typeof ADMISSION_REFUSALS)[number];

export interface Admission {
  /**
   * Counts one more connection from the address, until `leave` is called for it; or says why not, and counts nothing.
   * `now` is in ms of any one monotonic clock.
   */
  readonly enter: (now: number, address: string) => AdmissionRefusal | null;
  readonly leave: (now: number, address: string) => void;
  readonly size: () => number;
  /** How many sources there are accounts for. */
  readonly sources: () => number;
  readonly refused: Readonly<Record<AdmissionRefusal, number>>;
}

interface Account {
  open: number;
  /** The state of its bucket of new connections (bucket.ts). */
  arrivalMs: number;
}

interface State {
  readonly limits: ConnectionLimits;
  readonly rate: Rate;
  /** The accounts by the name of their source. */
  readonly accounts: Map<string, Account>;
  readonly refused: Record<AdmissionRefusal, number>;
  size: number;
  sweptAt: number;
}

export function createAdmission(limits: ConnectionLimits): Admission {
  const burst = BEGUN_PER_CONNECTION * limits.connectionsPerSource;
  const state: State = {
    limits,
    rate: { burst, intervalMs: REFILL_MS / burst },
    accounts: new Map(),
    refused: { full: 0, 'source-full': 0, 'source-busy': 0 },
    size: 0,
    sweptAt: Number.NEGATIVE_INFINITY,
  };
  return {
    enter: (now, address) => {
      const refusal = enter(now, state, sourceOf(address));
      if (refusal !== null) state.refused[refusal]++;
      return refusal;
    },
    leave: (now, address) => leave(now, state, sourceOf(address)),
    size: () => state.size,
    sources: () => state.accounts.size,
    refused: state.refused,
  };
}

function enter(now: number, state: State, source: string): AdmissionRefusal | null {
  const { limits, rate, accounts } = state;
  sweep(now, state);
  if (state.size >= limits.connections) return 'full';
  const account = accounts.get(source) ?? { open: 0, arrivalMs: now };
  if (account.open >= limits.connectionsPerSource) return 'source-full';
  const arrivalMs = take(now, account.arrivalMs, rate);
  if (arrivalMs === null) return 'source-busy';
  accounts.set(source, account);
  account.arrivalMs = arrivalMs;
  account.open++;
  state.size++;
  return null;
}

function leave(now: number, state: State, source: string): void {
  const account = state.accounts.get(source);
  if (!account || account.open === 0) return;
  account.open--;
  state.size--;
  if (account.open === 0 && account.arrivalMs <= now) state.accounts.delete(source);
}

/** Forgets the accounts that say no more than a new one would. */
function sweep(now: number, state: State): void {
  if (now - state.sweptAt < SWEEP_MS) return;
  state.sweptAt = now;
  for (const [source, { open, arrivalMs }] of state.accounts) {
    if (open === 0 && arrivalMs <= now) state.accounts.delete(source);
  }
}
