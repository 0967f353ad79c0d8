/** What is not believed is counted by its cause, so that a report can say what came instead of an answer. */

export type RejectionCause =
  /** No answer to anything that this agent asked; possibly to another user of the same socket. */
  | 'unknown-transaction'
  /** From another source than the check went to (RFC 8445 §7.2.5.2.1). */
  | 'wrong-source'
  | 'wrong-integrity'
  | 'wrong-username'
  /** Without USERNAME, MESSAGE-INTEGRITY or, in a check, PRIORITY. */
  | 'missing-attribute'
  | 'unknown-attribute'
  /** A check seen before, from another source. */
  | 'replayed'
  | 'role-conflict'
  /** More candidates than an agent keeps. */
  | 'too-many-candidates';

export interface Rejections {
  readonly add: (cause: RejectionCause) => void;
  readonly counts: () => Readonly<Partial<Record<RejectionCause, number>>>;
}

export function createRejections(): Rejections {
  const counts: Partial<Record<RejectionCause, number>> = {};
  return {
    add: (cause) => {
      counts[cause] = (counts[cause] ?? 0) + 1;
    },
    counts: () => ({ ...counts }),
  };
}
