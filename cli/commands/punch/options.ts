/** The options of `natcheck punch`, and what the words of a command line ask for by them. */
import { hostname } from 'node:os';
import type { InferredOptionTypes } from 'yargs';
import { UsageError } from '../../../src/errors.ts';
import type { PathUse } from '../../../src/punch/attempt/health/use.ts';
import { PUNCH_WAIT_MS, type PunchOptions } from '../../../src/punch/options.ts';
import { DEFAULT_ROOM } from '../../../src/punch/report/unproven.ts';
import { GROUPS, grouped } from '../../command.ts';
import type { WaitedFor } from '../../render/progress/waiting.ts';
import { ROOM_OPTIONS, roomOptions, waitOption } from '../options/room-options.ts';
import { otherSideLine } from './other-side.ts';

export const PUNCH_OPTIONS = {
  ...grouped(GROUPS.where, {
    peer: { type: 'string', demandOption: true, describe: 'Id of the peer, who runs the same command' },
    id: { type: 'string', describe: 'Your id', defaultDescription: 'the name of this host' },
    room: { type: 'string', default: DEFAULT_ROOM, describe: 'Room in which the two peers meet' },
  }),
  ...ROOM_OPTIONS,
  keep: { type: 'boolean', describe: 'With a program after --: stay, and pass its datagrams on' },
  wait: { type: 'number', default: PUNCH_WAIT_MS / 1000, describe: 'Seconds to wait for the peer' },
  ...grouped(GROUPS.output, {
    json: {
      type: 'boolean',
      describe: 'Print one JSON object on stdout (schema natcheck.punch/1); with a program, on stderr',
    },
  }),
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
  const waitMs = waitOption(argv);
  const words = programIn(argv);
  if (argv.keep && !words) throw new UsageError('--keep is for a program, which follows --');
  const program = words && ({ words, use: argv.keep ? 'keep' : 'hand-over' } as const);
  const { peer, room } = argv;
  const id = argv.id ?? hostname();
  const options = { ...roomOptions(argv, env), id, peer, server, room, waitMs };
  const line = otherSideLine({ ...options, use: program?.use ?? 'measure' });
  return { options, program, waited: { peer, seconds: argv.wait, line, hasToken: options.token !== undefined } };
}

/** The parser leaves what follows `--` behind the command's own name. */
function programIn(argv: object): readonly [string, ...string[]] | null {
  const { _: words = [] } = argv as { readonly _?: readonly (string | number)[] };
  const [name, ...rest] = words.slice(1).map(String);
  return name === undefined ? null : [name, ...rest];
}
