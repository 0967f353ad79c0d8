/** Every time of the upkeep of one peer, and how they belong together. */

/**
 * A path is taken for lost when nothing has been heard for so long, and three round trips beyond it; a session has the peer say
 * something at least each second. Consent (RFC 7675 §5.1) would take 30 s. Bytes are to flow again within 5 s, which leaves 3 s
 * for the punch.
 */
export const SILENT_AFTER_MS = 2_000;
/** How often it is looked whether a path that is taken for lost has come back by itself. */
export const LOOK_EVERY_MS = 200;
/** How many measured round trips an answer may take beyond that, and the most that they add, however slow the path was. */
export const SILENT_ROUND_TRIPS = 3;
export const SILENT_EXTRA_MAX_MS = 3_000;

/** The pauses before each further attempt after one that has failed; the last one repeats. */
export const RETRY_AFTER_MS = [100, 300, 1_000, 2_000, 5_000, 10_000] as const;
/** The least time from the start of one attempt to the next, however often the peer asks. */
export const ATTEMPT_GAP_MS = 500;
/** How long one attempt to come back waits for the peer to ask as well, before it begins anew with what is known then. */
export const COME_BACK_WAIT_MS = 10_000;
/**
 * An attempt that takes longer is given up: the wait, the seven steps, and the hardest technique, which takes up to 9 s; and the
 * handshake.
 */
export const ATTEMPT_MAX_MS = 30_000;
