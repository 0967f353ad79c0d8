/** What a detection says: the plain data of `natcheck detect --json`, schema `natcheck.detect/1`. */
import type { Endpoint } from '../endpoint.ts';
import type { Finding } from './behavior.ts';
import type { Hairpin } from './extra/hairpin.ts';
import type { Lifetime } from './extra/lifetime.ts';
import type { Pooling } from './ports/pooling.ts';
import type { PortPattern } from './ports/port-pattern.ts';
import type { RouterReport } from './router.ts';
import type { Verdict } from './verdict.ts';

export const DETECT_SCHEMA = 'natcheck.detect/1';

/** As many as it takes to tell a counter from chance, with some to lose (src/nat/ports/port-sequence.ts). */
export const ALLOCATION_SOCKETS = [
  'allocation-1',
  'allocation-2',
  'allocation-3',
  'allocation-4',
  'allocation-5',
  'allocation-6',
  'allocation-7',
  'allocation-8',
  'allocation-9',
  'allocation-10',
  'allocation-11',
  'allocation-12',
] as const;

/** The local sockets of a detection, each for one axis (no axis may disturb another's NAT state). */
export const DETECT_SOCKETS = ['mapping', 'filtering', 'control', ...ALLOCATION_SOCKETS] as const;
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
  readonly socket: string;
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
  readonly socket: string;
  readonly from: Endpoint;
  /** The STUN error code of an error-class response. */
  readonly errorCode: number | null;
  readonly count: number;
}

/** One new mapping, in the order of sending. */
export interface AllocationSample {
  readonly socket: string;
  /** The port that the socket is bound to. */
  readonly internalPort: number;
  /** `ADDRESS:PORT` of the server toward which the mapping was made. */
  readonly to: string;
  /** The public address and port that it got. */
  readonly address: string;
  readonly port: number;
  /** When its first packet was sent, counted from the start of the detection. */
  readonly atMs: number;
}

/** How the public port of the next new mapping follows from those before it (RFC 4787 §4.2), and what tells so. */
export type Allocation = PortPattern & { readonly samples: readonly AllocationSample[] };

export interface DetectReport {
  readonly schema: typeof DETECT_SCHEMA;
  readonly verdict: Verdict;
  readonly mapping: Finding;
  readonly filtering: Finding;
  readonly allocation: Allocation;
  readonly pooling: Pooling;
  /** Only where it was asked for, as is `lifetime`; both are tested after everything else. */
  readonly hairpin?: Hairpin;
  readonly lifetime?: Lifetime;
  /** What the own router says of itself; only where it was asked for. */
  readonly router?: RouterReport;
  /** The mapping socket's own endpoint on the interface that it uses; null when there is none. */
  readonly local: Endpoint | null;
  /** The same socket as the server sees it. */
  readonly public: Endpoint | null;
  readonly server: ServerIdentity | null;
  /** Of the detection itself, without the tests of hairpinning and lifetime. */
  readonly elapsedMs: number;
  readonly probes: readonly ProbeEvidence[];
  readonly rejected: readonly Rejection[];
}
