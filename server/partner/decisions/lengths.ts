/** How long what partners say to each other is, in bytes. */

/**
 * The length of a sealed datagram of the usual kind. No reply is longer than the datagram that asks for it: without
 * SOFTWARE the longest has 124 bytes (IPv6, with a FINGERPRINT).
 */
export const SEALED_BYTES = 128;
/**
 * The length of one about pages: a check of 400 bytes fits in. What it leads to is never a reply to a stranger: it goes
 * from one known endpoint to another under the secret of both, and each of the two sends no more of them than its rates.
 */
export const LONG_BYTES = 512;

export const EPOCH_BYTES = 16;
/** A mark, the version, two epochs and a counter. */
export const HEADER_BYTES = 1 + 1 + 2 * EPOCH_BYTES + 8;
export const TAG_BYTES = 16;
/** What is encrypted, of a datagram of either length. */
export const INNER_BYTES = SEALED_BYTES - HEADER_BYTES - TAG_BYTES;
export const LONG_INNER_BYTES = LONG_BYTES - HEADER_BYTES - TAG_BYTES;
