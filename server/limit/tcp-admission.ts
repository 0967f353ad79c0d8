/** Who may open one more TCP connection: so many at a time of all, and of each source so many at a time and over time. */
import { type Rate, take } from './bucket.ts';
import { sourceOf } from './source.ts';

export interface ConnectionLimits {
  /** At a time, of all sources. */
  readonly connections: number;
  /** At a time, of one source (../limit/source.ts): so few of all that it takes many sources to leave no room. */
  readonly connectionsPerSource: number;
}

/** One source may begin so many times its connections at once, as all who share an address do after a lost network. */
const BEGUN_PER_CONNECTION = 2;
/** And as many again in this time. */
const REFILL_MS = 60_000;
/** An account that has lost its use is kept no longer than this, however many sources come and go. */
const SWEEP_MS = 1_000;

export const ADMISSION_REFUSALS = [
  /** As many are open as may be. */
  'full',
  /** As many of this source are open as may be. */
  'source-full',
  /** This source has begun too many in too short a time. */
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
  /** How many sources something is kept of. */
  readonly sources: () => number;
  readonly refused: Readonly<Record<AdmissionRefusal, number>>;
}

interface Account {
  open: number;
  /** Its bucket of beginnings (../limit/bucket.ts). */
  arrivalMs: number;
}

export function createAdmission({ connections, connectionsPerSource }: ConnectionLimits): Admission {
  const burst = BEGUN_PER_CONNECTION * connectionsPerSource;
  const rate: Rate = { burst, intervalMs: REFILL_MS / burst };
  const accounts = new Map<string, Account>();
  const refused: Record<AdmissionRefusal, number> = { full: 0, 'source-full': 0, 'source-busy': 0 };
  let size = 0;
  let sweptAt = Number.NEGATIVE_INFINITY;

  /** An account is forgotten that says no more than a new one would. */
  const sweep = (now: number): void => {
    if (now - sweptAt < SWEEP_MS) return;
    sweptAt = now;
    for (const [source, { open, arrivalMs }] of accounts) if (open === 0 && arrivalMs <= now) accounts.delete(source);
  };
  const refuse = (why: AdmissionRefusal): AdmissionRefusal => {
    refused[why]++;
    return why;
  };
  return {
    enter: (now, address) => {
      sweep(now);
      if (size >= connections) return refuse('full');
      const source = sourceOf(address);
      const account = accounts.get(source) ?? { open: 0, arrivalMs: now };
      if (account.open >= connectionsPerSource) return refuse('source-full');
      const arrivalMs = take(now, account.arrivalMs, rate);
      if (arrivalMs === null) return refuse('source-busy');
      accounts.set(source, account);
      account.arrivalMs = arrivalMs;
      account.open++;
      size++;
      return null;
    },
    leave: (now, address) => {
      const source = sourceOf(address);
      const account = accounts.get(source);
      if (!account || account.open === 0) return;
      account.open--;
      size--;
      if (account.open === 0 && account.arrivalMs <= now) accounts.delete(source);
    },
    size: () => size,
    sources: () => accounts.size,
    refused,
  };
}
