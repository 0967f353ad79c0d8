/** What a detection says: the plain data of `natcheck detect --json`, schema `natcheck.detect/1`. */
import type { Endpoint } from '../endpoint.ts';
import type { Finding } from './behavior.ts';
import type { Verdict } from './verdict.ts';

export const DETECT_SCHEMA = 'natcheck.detect/1';

/** The local sockets of a detection, each for one axis (no axis may disturb another's NAT state). */
export const DETECT_SOCKETS = ['mapping', 'filtering', 'control'] as const;
export type DetectSocket = (typeof DETECT_SOCKETS)[number];

export interface ServerIdentity {
  /** The name or address it was asked for by. */
  readonly host: string;
  readonly port: number;
  /** The address it was asked at. */
  readonly address: string;
}

/** One question, the sends it took, and the first answer that counted. */
export interface ProbeEvidence {
  /** `mapping.primary`, `filtering.change-port` and so on: the socket's axis, then what was asked. */
  readonly test: string;
  readonly socket: DetectSocket;
  readonly to: Endpoint;
  readonly sends: number;
  readonly answers: number;
  /** The source of the first answer, or null. */
  readonly from: Endpoint | null;
  readonly rttMs: number | null;
  /** The reflexive endpoint in the first answer. */
  readonly mapped: Endpoint | null;
}

export type RejectionCause =
  | 'malformed'
  | 'not-a-response'
  | 'wrong-transaction-id'
  | 'wrong-source'
  | 'error-class'
  | 'no-mapped-address';

/** Datagrams that came to a socket and were recorded, not believed. */
export interface Rejection {
  readonly cause: RejectionCause;
  readonly socket: DetectSocket;
  readonly from: Endpoint;
  /** The STUN error code of an error-class response. */
  readonly errorCode: number | null;
  readonly count: number;
}

export interface DetectReport {
  readonly schema: typeof DETECT_SCHEMA;
  readonly verdict: Verdict;
  readonly mapping: Finding;
  readonly filtering: Finding;
  /** The mapping socket's own endpoint on the interface that it uses; null when there is none. */
  readonly local: Endpoint | null;
  /** The same socket as the server sees it. */
  readonly public: Endpoint | null;
  readonly server: ServerIdentity | null;
  readonly elapsedMs: number;
  readonly probes: readonly ProbeEvidence[];
  readonly rejected: readonly Rejection[];
}
