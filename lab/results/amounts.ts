/** Times, sizes and shares as people read them. */
import type { Interval } from './run/wilson.ts';

/** From here on, milliseconds are more than anybody wants to know. */
const SECONDS_FROM_MS = 10_000;

/** Such as `117 ms`, `12.3 s`. */
export function timeWords(ms: number): string {
  return Math.round(ms) < SECONDS_FROM_MS ? `${Math.round(ms)} ms` : secondsWords(ms);
}

/** Such as `0.4 s`. */
export function secondsWords(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Such as `812 B`, `1.2 kB`, `3.4 MB`, by thousands. */
export function bytesWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Such as `60–98 %`; the ends are rounded away from each other, so that nothing is promised that is not so. */
export function intervalWords({ from, to }: Interval): string {
  return `${Math.floor(from * 100)}–${Math.ceil(to * 100)} %`;
}
