/** The options of `natcheck punch`, and what the words of a command line ask for by them. */
import { hostname } from 'node:os';
import type { InferredOptionTypes } from 'yargs';
import { UsageError } from '../../../src/errors.ts';
import type { PathUse } from '../../../src/punch/attempt/health/use.ts';
import { type PathMode, PUNCH_WAIT_MS, type PunchOptions } from '../../../src/punch/options.ts';
import type { TurnServerChoice } from '../../../src/punch/reachability/turn-choice.ts';
import { DEFAULT_ROOM } from '../../../src/punch/report/unproven.ts';
import type { WaitedFor } from '../../render/progress/waiting.ts';
import { FAMILY_OPTIONS, familyOption } from '../family-options.ts';
import { otherSideLine } from './other-side.ts';

export const PUNCH_OPTIONS = {
  peer: { type: 'string', demandOption: true, describe: 'Id of the peer, who runs the same command' },
  id: { type: 'string', describe: 'Your id', defaultDescription: 'the name of this host' },
  server: { type: 'string', describe: 'natcheck server, as HOST[:PORT] (env NATCHECK_SERVER)' },
  rendezvous: {
    type: 'string',
    describe: 'URL of the rendezvous',
    defaultDescription: 'wss://HOST:3480, or ws:// if it speaks no TLS',
  },
  room: { type: 'string', default: DEFAULT_ROOM, describe: 'Room in which the two peers meet' },
  token: { type: 'string', describe: 'Access token, if the server requires one (env NATCHECK_TOKEN)' },
  stun: {
    type: 'string',
    array: true,
    describe: 'Further STUN server, as HOST[:PORT], where the server has one address; can be repeated',
  },
  turn: {
    type: 'string',
    array: true,
    describe: 'TURN server: turn:HOST[:PORT][?transport=udp|tcp] or turns:…; can be repeated',
  },
  'turn-user': { type: 'string', describe: 'NAME:PASSWORD for the TURN server (env NATCHECK_TURN_USER)' },
  'direct-only': { type: 'boolean', describe: 'Use no relay' },
  'relay-only': { type: 'boolean', describe: 'Use only a relay, so that the peer does not learn where this host is' },
  ...FAMILY_OPTIONS,
  'no-port-mapping': { type: 'boolean', describe: 'Do not ask your router for a port (UPnP-IGD, PCP, NAT-PMP)' },
  keep: { type: 'boolean', describe: 'With a program after --: stay, and pass its datagrams on' },
  wait: { type: 'number', default: PUNCH_WAIT_MS / 1000, describe: 'Seconds to wait for the peer' },
  json: {
    type: 'boolean',
    describe: 'Print one JSON object on stdout (schema natcheck.punch/1); with a program, on stderr',
  },
} as const;

type PunchWords = InferredOptionTypes<typeof PUNCH_OPTIONS>;

/** What a command line asks for. */
export interface Asked {
  readonly options: PunchOptions & { readonly room: string };
  /** The program to start with its arguments, and how it gets the path; null where that is only to be measured. */
  readonly program: {
    readonly words: readonly [string, ...string[]];
    readonly use: Exclude<PathUse, 'measure'>;
  } | null;
  /** For how long the peer is waited for, and what it has to run. */
  readonly waited: WaitedFor;
}

/** @throws UsageError when the words make no sense. */
export function askedFor(argv: PunchWords, env: Readonly<Record<string, string | undefined>>): Asked {
  const server = argv.server ?? env.NATCHECK_SERVER;
  if (!server) throw new UsageError('name the natcheck server where the two peers meet: --server or NATCHECK_SERVER');
  if (!(argv.wait > 0 && argv.wait <= 86_400))
    throw new UsageError('--wait takes a number of seconds, more than 0 and at most 86400');
  const words = programIn(argv);
  if (argv.keep && !words) throw new UsageError('--keep is for a program, which follows --');
  const program = words && ({ words, use: argv.keep ? 'keep' : 'hand-over' } as const);
  const { peer, rendezvous, room, local, stun: stunServers } = argv;
  const id = argv.id ?? hostname();
  const token = argv.token ?? env.NATCHECK_TOKEN;
  const options = {
    ...{ id, peer, server, rendezvous, room, token, stunServers, local },
    turn: turnServers({ urls: argv.turn ?? [], user: argv['turn-user'] ?? env.NATCHECK_TURN_USER }),
    mode: modeOf(argv),
    family: familyOption(argv),
    portMapping: !argv['no-port-mapping'],
    waitMs: argv.wait * 1000,
  };
  const line = otherSideLine({ ...options, use: program?.use ?? 'measure' });
  return { options, program, waited: { peer, seconds: argv.wait, line, hasToken: token !== undefined } };
}

/** The parser leaves what follows `--` behind the command's own name. */
function programIn(argv: object): readonly [string, ...string[]] | null {
  const { _: words = [] } = argv as { readonly _?: readonly (string | number)[] };
  const [name, ...rest] = words.slice(1).map(String);
  return name === undefined ? null : [name, ...rest];
}

function modeOf(argv: {
  readonly 'direct-only'?: boolean | undefined;
  readonly 'relay-only'?: boolean | undefined;
}): PathMode {
  const [direct, relay] = [argv['direct-only'] === true, argv['relay-only'] === true];
  if (direct && relay) throw new UsageError('--direct-only and --relay-only together leave no path at all');
  if (direct) return 'direct-only';
  return relay ? 'relay-only' : 'any';
}

function turnServers({
  urls,
  user,
}: {
  readonly urls: readonly string[];
  readonly user: string | undefined;
}): readonly TurnServerChoice[] {
  if (urls.length === 0) return [];
  const [, username, password] = /^([^:]+):(.+)$/s.exec(user ?? '') ?? [];
  if (username === undefined || password === undefined) {
    throw new UsageError('--turn needs NAME:PASSWORD, from --turn-user or NATCHECK_TURN_USER');
  }
  return [{ urls, username, password }];
}
