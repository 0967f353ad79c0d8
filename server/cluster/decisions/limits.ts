/** The times of a cluster, which follow from each other, and what it bounds. */

/** How often a node says in Redis that it is there, and asks whether those are whom it talks to. */
export const BEAT_MS = 300;
/** How long a node is there after its last beat, by the clock of Redis: three beats may be lost. */
export const LEASE_MS = 1_200;
/**
 * How long a node believes to be there after its last beat, by its clock: this much less, so that it has given up its
 * rooms before another can have them.
 */
export const FENCE_MS = LEASE_MS - 200;
/**
 * How long nobody gets a room that was not his, once Redis knows nothing (it was restarted, or has lost its data):
 * whoever has a room has said so by then, or has given it up.
 */
export const QUARANTINE_MS = LEASE_MS + BEAT_MS;
/** How long Redis keeps what it knows of a room whose node says nothing of it. */
export const ROOM_TTL_MS = 60_000;
export const RENEW_MS = ROOM_TTL_MS / 3;
/** How many rooms one script renews. */
export const RENEW_ROOMS_MAX = 256;
/** How long until a room is asked for again that nobody gets yet. */
export const RETRY_MS = 100;
/**
 * How long a node may take to answer a join that was passed on to it: longer than it takes to notice that it is gone. What
 * was said to it while its connection to Redis was cut is lost.
 */
export const ANSWER_MS = 2 * LEASE_MS;
/** How often the machine looks at its clock. */
export const CLOCK_MS = 50;
/** How many relays of other nodes are looked at, the first ones by their names, and how long what one offers may be. */
export const RELAYS_MAX = 128;
export const OFFER_MAX_CHARACTERS = 6_000;
/** The name of a region has at most so many characters. */
export const REGION_MAX_CHARACTERS = 32;
/** How many sessions a node is told of at once. */
export const TOLD_USERS_MAX = 256;
/** In the place of an id, none of which has a slash, Redis is told of the relay of a room. */
export const RELAY_FIELD = '/relay';
/** How much a connection may say before its room is found; a client waits for the answer to its join. */
export const QUEUE_MAX = 32;
