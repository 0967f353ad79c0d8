/** Detections that reach no server: why, and the report of one that ends before a packet could be sent. */
import { undetermined } from '../behavior.ts';
import type { Rejection, RejectionCause, ServerIdentity } from '../evidence.ts';
import { undeterminedPorts } from '../port-assignment/pattern.ts';
import type { Probe } from '../probes/probe.ts';
import type { Reason } from '../reason.ts';
import { DETECT_SCHEMA, type DetectReport } from '../report.ts';

const REASON_OF_CAUSE: Readonly<Record<RejectionCause, Reason>> = {
  malformed: 'malformed-replies',
  'not-a-response': 'malformed-replies',
  'no-mapped-address': 'malformed-replies',
  'wrong-transaction-id': 'wrong-transaction-id',
  'wrong-source': 'wrong-source',
  'error-class': 'error-replies',
};

/**
 * The most frequent cause among the rejected datagrams; without any, what the system said, or plain silence.
 * An answer on any socket of the detection says that packets pass, though too few of them.
 */
export function whyUnreachable({
  rejected,
  contacts,
  probes,
}: {
  /** Without those of strangers, which say nothing about the servers. */
  readonly rejected: readonly Rejection[];
  /** The first question to each server. */
  readonly contacts: readonly Probe[];
  /** Every question, those included. */
  readonly probes: readonly Probe[];
}): Reason {
  const most = rejected.toSorted((a, b) => b.count - a.count)[0];
  if (most) return REASON_OF_CAUSE[most.cause];
  if (probes.some(({ answer }) => answer)) return 'too-much-loss';
  const unsendable = contacts.length > 0 && contacts.every(({ sendFailure }) => sendFailure !== null);
  return unsendable ? 'no-route' : 'no-answer';
}

export function unreachableReport(
  reason: Reason,
  elapsedMs: number,
  server: ServerIdentity | null = null,
): DetectReport {
  return {
    schema: DETECT_SCHEMA,
    verdict: { type: 'inconclusive', reason },
    mapping: undetermined(reason),
    filtering: undetermined(reason),
    allocation: { ...undeterminedPorts(reason), samples: [] },
    pooling: { behavior: 'undetermined', reason },
    translation: {
      kind: 'undetermined',
      reason,
      evidence: { publicAddresses: [], preservedPorts: 0, translatedPorts: 0, unsolicited: [] },
    },
    local: null,
    public: null,
    server,
    elapsedMs: Math.round(elapsedMs),
    probes: [],
    rejected: [],
  };
}
