/** What a command knows of a meeting with the other side of a tunnel, however the two meet. */
import type { Code } from '../../src/tunnel/code/code.ts';
import type { CodeKeys } from '../../src/tunnel/code/keys.ts';
import type { LinkOptions } from '../../src/tunnel/link/link.ts';

export interface Meeting {
  /** Null where the two sides meet by hand, or know each other by their ids alone. */
  readonly code: Code | null;
  /** Null where the two sides know each other by their ids alone. */
  readonly keys: CodeKeys | null;
  /** What this side does by hand: makes the offer, or answers the one that it was given; null where something else is met at. */
  readonly byHand: 'offer' | 'answer' | null;
  /** Whether it is good for one connection only. */
  readonly isOnce: boolean;
  /** Whether the code was made here, so that the other side has to be told. */
  readonly isMade: boolean;
  /** The id of the peer; null where a code decides who that is. Nobody has chosen one that is met by hand. */
  readonly peer: string | null;
  readonly room: LinkOptions['room'];
  /** What the other side has to write after the name of its command, and a code, for the same meeting. */
  readonly otherWords: readonly string[];
}
