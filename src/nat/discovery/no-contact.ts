/** Why no server could be spoken to: from what came instead of an answer, or from what the system said. */

import type { Rejection, RejectionCause } from '../evidence.ts';
import type { Probe } from '../probes/probe.ts';
import type { Reason } from '../reason.ts';

const REASON_OF_CAUSE: Readonly<Record<RejectionCause, Reason>> = {
  malformed: 'malformed-replies',
  'not-a-response': 'malformed-replies',
  'no-mapped-address': 'malformed-replies',
  'wrong-transaction-id': 'wrong-transaction-id',
  'wrong-source': 'wrong-source',
  'error-class': 'error-replies',
};

export interface NoContact {
  readonly rejected: readonly Rejection[];
  /** The first question to each server. */
  readonly contacts: readonly Probe[];
  /** Every question, those included. */
  readonly probes: readonly Probe[];
}

/**
 * The most frequent cause among the rejected datagrams; without any, what the system said, or plain silence.
 * An answer on any socket of the detection says that packets pass, though too few of them.
 */
export function whyNoContact({ rejected, contacts, probes }: NoContact): Reason {
  const most = rejected.toSorted((a, b) => b.count - a.count)[0];
  if (most) return REASON_OF_CAUSE[most.cause];
  if (probes.some(({ answer }) => answer)) return 'too-much-loss';
  const unsendable = contacts.length > 0 && contacts.every(({ sendFailure }) => sendFailure !== null);
  return unsendable ? 'no-route' : 'no-answer';
}
