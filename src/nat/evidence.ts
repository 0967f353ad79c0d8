/** What a detection was told, as plain data: which question went where, what came back, and what was not believed. */
import type { Endpoint } from '../endpoint.ts';

/** There are as many as it takes to tell a counter from chance, with some to lose (src/nat/port-assignment/sequence.ts). */
export const PORT_ASSIGNMENT_SOCKETS = [
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

/**
 * They never send, so that the NAT has no mapping for them (src/nat/translation/unsolicited.ts). There are two, since for the
 * port of one alone there may be a mapping that an earlier socket has left.
 */
export const SILENT_DETECT_SOCKETS = ['silent-1', 'silent-2'] as const;

/** The local sockets of a detection, each for one test, so that no test disturbs what the NAT keeps for another. */
export const DETECT_SOCKETS = [
  'mapping',
  'filtering',
  'control',
  ...PORT_ASSIGNMENT_SOCKETS,
  ...SILENT_DETECT_SOCKETS,
] as const;
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
  /** `mapping.primary`, `filtering.change-port` and so on: the test, then what was asked. */
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
export interface PortAssignmentSample {
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
