/** How long a detection takes at most: apart from what detects, which is loaded when there is something to detect. */

/** Longer than any path with one answer in seven needs; a verdict mostly takes a few round trips. */
export const DETECT_TIMEOUT_MS = 10_000;
