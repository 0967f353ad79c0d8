/** What one page, and all of them together, may make the server keep and send. */

/** How many pages may be measured at a time: each keeps some 20 kB. */
export const PAGES_MAX = 1_000;
/** How many of them at one source (../../limit/source.ts): tabs, and people behind one NAT. */
export const PAGES_PER_SOURCE = 32;
const PEERS_PER_PAGE = 16;

/** A source that may have more peers than others, such as a reverse proxy, may have more pages as well. */
export function pagesPerSource(peersPerSource: number): number {
  return Math.max(PAGES_PER_SOURCE, Math.ceil(peersPerSource / PEERS_PER_PAGE));
}

/** How many detections one page may begin: one for each family, and again when the user asks for it or the network changes. */
export const TRIALS_PER_PAGE = 16;
/** How long a page may stay. */
export const PAGE_MAX_MS = 10 * 60_000;
/**
 * Checks that are sent to one page, for all of its sockets: at once as many as a detection takes where a tenth of the packets are
 * lost each way, 20 rounds of five and what opens them; a dozen a second over time.
 */
export const CHECK_RATE = { burst: 110, intervalMs: 1000 / 12 } as const;
/** When nothing at all has come for so long, nothing will: a browser sends a dozen checks a second. */
export const SILENT_MS = 2_500;
/** A detection takes no longer. */
export const DEADLINE_MS = 8_000;
/** How often the state machine has to be told that time passes while there is a detection. */
export const TICK_MS = 20;
