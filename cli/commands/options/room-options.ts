/** The options of every command that meets a peer: where, by which relays, and what of this host it uses. */
import type { InferredOptionTypes } from 'yargs';
import { UsageError } from '../../../src/errors.ts';
import { parseServerName } from '../../../src/net/lookup/server-name.ts';
import type { PathMode, RoomOptions } from '../../../src/punch/options.ts';
import type { TurnServerChoice } from '../../../src/punch/reachability/turn-choice.ts';
import { GROUPS, grouped } from '../../command.ts';
import { FAMILY_OPTIONS, familyOption } from './family-options.ts';

export const ROOM_OPTIONS = {
  ...grouped(GROUPS.where, {
    server: { type: 'string', describe: 'natcheck server, as HOST[:PORT] (env NATCHECK_SERVER)' },
    rendezvous: {
      type: 'string',
      describe: 'URL of the rendezvous',
      defaultDescription: 'wss://HOST:3480, or ws:// if it speaks no TLS',
    },
    token: { type: 'string', describe: 'Access token, if the server requires one (env NATCHECK_TOKEN)' },
  }),
  ...grouped(GROUPS.path, {
    stun: {
      type: 'string',
      array: true,
      describe:
        'STUN server, as HOST[:PORT], in place of public ones; beside a natcheck server, a further one where that has one address; can be repeated',
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
  }),
} as const;

/** The options of a room, but for the server, the room itself, and the id in it. @throws UsageError when they make no sense. */
export function roomOptions(
  argv: InferredOptionTypes<typeof ROOM_OPTIONS>,
  env: Readonly<Record<string, string | undefined>>,
) {
  const { rendezvous, local, stun: stunServers } = argv;
  stunServers?.forEach(parseServerName);
  return {
    ...{ rendezvous, stunServers, local },
    token: argv.token ?? env.NATCHECK_TOKEN,
    turn: turnServers({ urls: argv.turn ?? [], user: argv['turn-user'] ?? env.NATCHECK_TURN_USER }),
    mode: modeOf(argv),
    family: familyOption(argv),
    portMapping: !argv['no-port-mapping'],
  } satisfies Partial<RoomOptions>;
}

/** Returns the time to wait, in milliseconds. @throws UsageError when it is not a time. */
export function waitOption({ wait }: { readonly wait: number }): number {
  if (!(wait > 0 && wait <= 86_400)) {
    throw new UsageError('--wait takes a number of seconds, more than 0 and at most 86400');
  }
  return wait * 1000;
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
