/** Bounds the work that forged messages can make: each one that is tried costs some Diffie-Hellman operations. */

/** Far more than a handshake has messages; what is right and comes beyond it is sent again. */
const TRIES_PER_S = 100;
const SECOND_MS = 1_000;

/** Returns what says whether another message may be tried now. */
export function createTries(): (now: number) => boolean {
  const state = { since: Number.NEGATIVE_INFINITY, count: 0 };
  return (now) => {
    if (now - state.since >= SECOND_MS) Object.assign(state, { since: now, count: 0 });
    return ++state.count <= TRIES_PER_S;
  };
}
