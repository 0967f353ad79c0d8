/** The options of the commands that open a tunnel. */
import type { InferredOptionTypes } from 'yargs';
import { CODE_OPTIONS } from '../code/source.ts';
import { ROOM_OPTIONS } from '../commands/room-options.ts';
import { BROKER_OPTION } from './place.ts';

const MANUAL_OPTIONS = {
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
  json: { type: 'boolean', describe: 'Print events as JSON lines on stderr (schema natcheck.tunnel/1)' },
  'json-file': { type: 'string', describe: 'Print events as JSON lines to this file' },
} as const;

export const ONCE_OPTION = {
  once: { type: 'boolean', describe: 'Make the code good for one connection only' },
} as const;

export type TunnelWords = InferredOptionTypes<typeof TUNNEL_OPTIONS> & Partial<InferredOptionTypes<typeof ONCE_OPTION>>;
