/** The ports of a natcheck server that is not told others, and where a client looks for them. */

/** STUN over UDP (RFC 8489 §18.6). */
export const DEFAULT_PORT = 3478;
/** The second UDP port, for the change of port. */
export const DEFAULT_ALT_PORT = 3479;
/** TCP: health, metrics, and what tells a live server behind a UDP block. */
export const DEFAULT_HTTP_PORT = 3480;
