/** How `expose` and `forward` meet: by a code, or by ids that somebody has chosen. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { InferredOptionTypes } from 'yargs';
import { UsageError } from '../../../src/errors.ts';
import type { PathMode } from '../../../src/punch/options.ts';
import { type Code, createCode, formatCode } from '../../../src/tunnel/code/code.ts';
import { keysOf } from '../../../src/tunnel/code/keys.ts';
import type { LinkEvent, LinkOptions } from '../../../src/tunnel/link/link.ts';
import { visible } from '../../../src/visible.ts';
import { CODE_OPTIONS } from '../../code/source.ts';
import type { Context } from '../../command.ts';

export const MEET_OPTIONS = {
  server: { type: 'string', describe: 'natcheck server where the two sides meet (env NATCHECK_SERVER)' },
  rendezvous: { type: 'string', describe: 'URL of the rendezvous' },
  id: { type: 'string', describe: 'Without a code: your id' },
  room: { type: 'string', default: 'default', describe: 'Without a code: the room' },
  token: { type: 'string', describe: 'Access token, if the server requires one (env NATCHECK_TOKEN)' },
  'direct-only': { type: 'boolean', describe: 'Use no relay' },
  'relay-only': { type: 'boolean', describe: 'Use only a relay' },
  ...CODE_OPTIONS,
  verbose: { type: 'boolean', describe: 'Say of each connection when it begins and ends' },
} as const;

export type MeetWords = InferredOptionTypes<typeof MEET_OPTIONS>;

export type Meeting = Pick<LinkOptions, 'room' | 'keys'>;

/** The label of the one id in the room of a code that is known to both sides. */
const EXPOSE_LABEL = 'expose';

/** @param code null where the two sides know each other by ids. @throws UsageError when no server is named. */
export function meetingOf(
  argv: MeetWords,
  {
    code,
    side,
    context,
  }: { readonly code: Code | null; readonly side: 'expose' | 'forward'; readonly context: Context },
): Meeting {
  const server = argv.server ?? code?.server ?? context.env.NATCHECK_SERVER;
  if (!server) throw new UsageError('name the natcheck server where the two sides meet: --server or NATCHECK_SERVER');
  const keys = code && keysOf(code.secret);
  const label = side === 'expose' ? EXPOSE_LABEL : randomBytes(16).toString('hex');
  return {
    keys,
    room: {
      ...{ id: keys ? keys.id(label) : (argv.id ?? hostname()), server, room: argv.room, mode: modeOf(argv) },
      ...{ rendezvous: argv.rendezvous, token: argv.token ?? context.env.NATCHECK_TOKEN, signal: context.signal },
    },
  };
}

/** The id of the side that exposes. */
export function exposingId(code: Code): string {
  return keysOf(code.secret).id(EXPOSE_LABEL);
}

export function newCode(argv: MeetWords, { env }: Context, once: boolean): Code {
  return createCode({ server: argv.server ?? env.NATCHECK_SERVER ?? null, once, randomBytes });
}

/** What the other side has to know of how it is met. */
export function meetingWords(argv: MeetWords, code: Code): readonly string[] {
  return [formatCode(code), ...(argv.rendezvous === undefined ? [] : ['--rendezvous', argv.rendezvous])];
}

function modeOf(argv: MeetWords): PathMode {
  if (argv['direct-only'] && argv['relay-only']) {
    throw new UsageError('--direct-only and --relay-only together leave no path at all');
  }
  if (argv['direct-only']) return 'direct-only';
  return argv['relay-only'] ? 'relay-only' : 'any';
}

/** What a link event is to a reader; null for nothing. */
export function linkText(event: LinkEvent): string | null {
  switch (event.kind) {
    case 'notice':
      return event.text;
    case 'connected':
      return `connected, ${event.path}`;
    case 'path':
      return event.path;
    case 'lost':
      return `the path is lost: ${event.detail}`;
    case 'attempt-failed':
      return event.detail;
    case 'ended':
      return `the other side has gone: ${event.detail}`;
    case 'stranger':
      return `${visible(event.peer)} asks for this side, and is not the peer`;
    case 'ready':
    case 'connecting':
      return null;
  }
}
