/** Why a message was not believed. */
export type CheckRejectionCause =
  /** It answers nothing that this agent asked; it may be for another user of the same socket. */
  | 'unknown-transaction'
  /** It came from another source than the check went to (RFC 8445 §7.2.5.2.1). */
  | 'wrong-source'
  | 'wrong-integrity'
  | 'wrong-username'
  /** It lacks USERNAME, MESSAGE-INTEGRITY or, in a check, PRIORITY. */
  | 'missing-attribute'
  | 'unknown-attribute'
  /** It is a check that was seen before, from another source. */
  | 'replayed'
  | 'role-conflict'
  /** It tells of more candidates than an agent keeps. */
  | 'too-many-candidates';
