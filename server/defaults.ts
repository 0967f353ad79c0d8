/** The ports of a server that is not told others. */

/** RFC 8489 §18.6. */
export const DEFAULT_PORT = 3478;
export const DEFAULT_ALT_PORT = 3479;
/** TCP: health and metrics, and the rendezvous. */
export const DEFAULT_HTTP_PORT = 3480;
