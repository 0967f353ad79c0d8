/** How long what partners say to each other is, in bytes. */

/**
 * The length of every sealed datagram. No reply is longer than the datagram that asks for it: without SOFTWARE the
 * longest has 124 bytes (IPv6, with a FINGERPRINT).
 */
export const SEALED_BYTES = 128;

export const EPOCH_BYTES = 16;
/** A mark, the version, two epochs and a counter. */
export const HEADER_BYTES = 1 + 1 + 2 * EPOCH_BYTES + 8;
export const TAG_BYTES = 16;
/** What is encrypted. */
export const INNER_BYTES = SEALED_BYTES - HEADER_BYTES - TAG_BYTES;
