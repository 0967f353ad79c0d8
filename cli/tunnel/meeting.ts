/** The words of every command that opens a tunnel, and the meeting that they come to. */
import type { InferredOptionTypes } from 'yargs';
import type { Code } from '../../src/tunnel/code/code.ts';
import type { CodeKeys } from '../../src/tunnel/code/keys.ts';
import type { LinkOptions } from '../../src/tunnel/link/link.ts';
import { CODE_OPTIONS } from '../code/source.ts';
import { GROUPS, grouped } from '../command.ts';
import { ROOM_OPTIONS } from '../commands/options/room-options.ts';
import { BROKER_OPTION } from './place.ts';

export const MANUAL_OPTIONS = {
  manual: {
    type: 'boolean',
    describe: 'Meet without a server or a broker: make an offer, which takes the place of CODE on the other side',
  },
  'answer-fd': {
    type: 'number',
    describe: 'With --manual: file descriptor to read the answer from, one line',
    defaultDescription: 'the terminal',
  },
} as const;

/** The options of every command that opens a tunnel; `ONCE_OPTION` is for those that make a code. */
export const TUNNEL_OPTIONS = {
  ...ROOM_OPTIONS,
  ...grouped(GROUPS.where, {
    ...BROKER_OPTION,
    ...CODE_OPTIONS,
    ...MANUAL_OPTIONS,
    room: {
      type: 'string',
      describe: 'Without a code: room in which the two peers meet',
      defaultDescription: '"default"',
    },
    id: { type: 'string', describe: 'Without a code: your id', defaultDescription: 'the name of this host' },
    peer: { type: 'string', describe: 'Without a code: id of the peer' },
  }),
  ...grouped(GROUPS.output, {
    json: { type: 'boolean', describe: 'Print events as JSON lines on stderr (schema natcheck.tunnel/1)' },
    'json-file': { type: 'string', describe: 'Write events as JSON lines to this file' },
  }),
} as const;

export const ONCE_OPTION = {
  once: { type: 'boolean', describe: 'Make the code good for one connection only' },
} as const;

export type TunnelWords = InferredOptionTypes<typeof TUNNEL_OPTIONS> & Partial<InferredOptionTypes<typeof ONCE_OPTION>>;

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
