/** How a path ends: once, for one of five reasons. */
import type { IceEvent } from '../../ice/event.ts';

const EXPLANATIONS = {
  /** The peer has said that it closes the path. */
  'peer-left': 'the peer has closed it',
  /** The peer has not answered for 30 s (RFC 7675 §5.1). */
  'consent-lost': 'the peer has not answered for 30 s',
  'relay-lost': 'the relay that it went through is lost',
  /** This side has disposed of it. */
  'own-end': 'this side has disposed of it',
  /** A callback, or the session, has thrown. */
  broken: 'a callback or its session has thrown',
} as const;

export type PathEndReason = keyof typeof EXPLANATIONS;

export interface PathEnd {
  readonly reason: PathEndReason;
  /** What was thrown; only where the reason is `broken`. */
  readonly error?: unknown;
  /** When it ended, in milliseconds of the process's monotonic clock (`performance`). */
  readonly at: number;
}

/** The events that end a path. */
export const END_AFTER: Readonly<Partial<Record<IceEvent['kind'], PathEndReason>>> = {
  'closed-by-peer': 'peer-left',
  'consent-lost': 'consent-lost',
};

export function explainEnd({ reason }: Pick<PathEnd, 'reason'>): string {
  return EXPLANATIONS[reason];
}
