/** The report of a punch: the plain data of `natcheck punch --json`, schema `natcheck.punch/1`. */
import type { Endpoint } from '../../endpoint.ts';
import type { PunchTechnique } from '../attempt/outcome/winner.ts';
import type { PunchPlan } from '../attempt/plan.ts';

export const PUNCH_SCHEMA = 'natcheck.punch/1';

/** Why there is no path: a closed list of codes, and what each means in plain words. */
export const PUNCH_FAILURES = {
  'unknown-host': 'the server name cannot be resolved',
  'dns-silent': 'the name servers do not answer, so the server name cannot be resolved',
  'rendezvous-unreachable': 'the rendezvous server cannot be reached',
  'rendezvous-refused': 'the rendezvous server refused this peer',
  'rendezvous-lost': 'the rendezvous server went away before the peer came',
  'no-route': 'this host cannot send to the server: it has no route there, or its own firewall forbids it',
  'udp-silent': 'the rendezvous server does not answer over UDP',
  'no-relay': 'no TURN server provided a relay',
  'no-peer': 'the peer did not come',
  'no-path': 'no path to the peer has opened',
  'path-lost': 'the path was open, but then nothing came through any more',
} as const;
export type PunchFailure = keyof typeof PUNCH_FAILURES;

/** One of the seven steps, and when it happened, counted from the start of the command. */
export interface PunchStep {
  readonly step: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  readonly atMs: number;
  readonly text: string;
}

export interface PunchReport {
  readonly schema: typeof PUNCH_SCHEMA;
  readonly outcome: 'direct' | 'relayed' | 'failed';
  readonly reason: PunchFailure | null;
  /** More about the reason, in words: what was seen, and what would help or tell more. */
  readonly detail: string | null;
  /** The technique that opened the path, or else was tried; null when it did not come to that. */
  readonly technique: PunchTechnique | null;
  /** What was expected of the pair; null when the peer did not come. */
  readonly plan: PunchPlan | null;
  readonly id: string;
  readonly peer: string;
  /** Whether it is proven who the peer is, beyond its id; so far it never is. */
  readonly authenticated: boolean;
  /** Where the socket of the path is bound; null where the path leaves by this side's relay. Without a path: the first socket. */
  readonly local: Endpoint | null;
  /** Where the peer sees this side on the path. Without a path: where the server sees the first socket. */
  readonly public: Endpoint | null;
  /** The endpoint at which the peer is reached. */
  readonly remote: Endpoint | null;
  readonly rttMs: number | null;
  /** The time from the moment at which the server knows both peers. */
  readonly elapsedMs: number;
  readonly probesSent: number;
  readonly steps: readonly PunchStep[];
}

/** Creates the report of a punch that has no result yet. */
export function blankReport({ id, peer }: Pick<PunchReport, 'id' | 'peer'>): Omit<PunchReport, 'outcome'> {
  return {
    schema: PUNCH_SCHEMA,
    reason: null,
    detail: null,
    technique: null,
    plan: null,
    id,
    peer,
    authenticated: false,
    local: null,
    public: null,
    remote: null,
    rttMs: null,
    elapsedMs: 0,
    probesSent: 0,
    steps: [],
  };
}
