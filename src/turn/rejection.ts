/** What is not believed is counted by its cause. */

export type TurnRejectionCause =
  /** Neither a STUN message with the cookie nor ChannelData. */
  | 'malformed'
  /** Not from the server. */
  | 'wrong-source'
  /** No answer to anything that is open. */
  | 'unknown-transaction'
  | 'wrong-integrity'
  /** A request, or an indication other than Data. */
  | 'unexpected'
  /** Comprehension-required, and not understood (RFC 8489 §6.3). */
  | 'unknown-attribute'
  /** A Data indication without peer or data. */
  | 'missing-attribute'
  /** Data of a peer whose address has no permission (RFC 8656 §11.6). */
  | 'no-permission'
  /** ChannelData on a channel that was never asked for (RFC 8656 §12.6). */
  | 'unknown-channel';

export interface TurnRejections {
  readonly add: (cause: TurnRejectionCause) => void;
  readonly counts: () => Readonly<Partial<Record<TurnRejectionCause, number>>>;
}

export function createTurnRejections(): TurnRejections {
  const counts: Partial<Record<TurnRejectionCause, number>> = {};
  return {
    add: (cause) => {
      counts[cause] = (counts[cause] ?? 0) + 1;
    },
    counts: () => ({ ...counts }),
  };
}
