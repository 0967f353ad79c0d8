/** What the measuring of browsers counts since its start. */
import type { BrowserResult } from '../../../src/nat/browser/protocol.ts';

/**
 * How a detection has ended for its page: with both findings; with one or none, and the reason; without a packet that came; with
 * a page that went before there was a result, or began anew; or before it was begun, since the server did not let it.
 */
export const DETECTION_ENDS = ['settled', 'unsettled', 'unheard', 'abandoned', 'refused'] as const;
export type DetectionEnd = (typeof DETECTION_ENDS)[number];

export interface BrowserCounts {
  readonly ends: Record<DetectionEnd, number>;
}

export function createCounts(): BrowserCounts {
  return { ends: { settled: 0, unsettled: 0, unheard: 0, abandoned: 0, refused: 0 } };
}

export function endOf({ isHeard, mapping, filtering }: BrowserResult): DetectionEnd {
  if (!isHeard) return 'unheard';
  return mapping.reason === null && filtering.reason === null ? 'settled' : 'unsettled';
}
