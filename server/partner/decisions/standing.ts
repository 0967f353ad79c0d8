/** How it stands with the partner: up, or why not. */

/** A hello goes out this often. */
export const HELLO_MS = 250;
/**
 * How long an answered hello counts, from when it was sent. A partner that dies is noticed within this time, and five
 * hellos in a row, or their answers, have to be lost for one that lives to be given up.
 */
export const HEARD_MS = 1_500;
/** How long a datagram that cannot be taken explains the partner's silence. */
export const DOUBT_MS = 5_000;

export const STANDINGS = [
  /** It answers, and it hears us. */
  'up',
  /** Nothing comes from it. */
  'silent',
  /** Datagrams come from its address that do not open with our secret. */
  'other-secret',
  /** Datagrams come from its address in another version. */
  'other-version',
  /** It answers, but has other ports. */
  'other-ports',
  /** It answers us, but our answers do not reach it yet. */
  'one-way',
] as const;
export type Standing = (typeof STANDINGS)[number];
