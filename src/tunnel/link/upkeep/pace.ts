/** Every time of the upkeep of one peer, and how they belong together. */

/**
 * A peer is pinged when nothing has been heard of it for so long. Consent (RFC 7675 §5.1) takes 30 s to notice that a path is
 * gone, and bytes are to flow again within 5 s: 2 s until it is noticed leave 3 s for another punch.
 */
export const PING_AFTER_BUSY_MS = 800;
/** The same where nothing is under way, so that an idle tunnel costs next to nothing. */
export const PING_AFTER_IDLE_MS = 5_000;
/** An unanswered ping is repeated that often, since one may be lost: there are four of them in SILENT_AFTER_MS. */
export const PING_AGAIN_MS = 300;
/** A path is taken for lost when the first unanswered ping is that old, and three round trips beyond it. */
export const SILENT_AFTER_MS = 1_200;
/** How many measured round trips an answer may take beyond that. */
export const SILENT_ROUND_TRIPS = 3;
/** The most that round trips add, however slow the path was. */
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
