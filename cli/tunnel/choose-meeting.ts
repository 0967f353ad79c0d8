/** Where and how a command meets the other side of a tunnel: by a code, which it may have to make, by ids, or by hand. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { UsageError } from '../../src/errors.ts';
import { DEFAULT_ROOM } from '../../src/punch/report/unproven.ts';
import { createCode } from '../../src/tunnel/code/code.ts';
import { keysOf } from '../../src/tunnel/code/keys.ts';
import { requireTunnels } from '../../src/tunnel/libraries.ts';
import type { LinkOptions } from '../../src/tunnel/link/link.ts';
import { readCode } from '../code/source.ts';
import type { Context } from '../command.ts';
import { roomOptions } from '../commands/options/room-options.ts';
import type { Meeting, TunnelWords } from './meeting.ts';
import { placeOfCode, serverOfNewCode } from './place.ts';

/** An opaque id is as long as those that come of a code. */
const ID_BYTES = 18;

export interface MeetingOptions {
  /** The code as it stands in the command line. */
  readonly argument: string | undefined;
  /** What this side's id in the room is derived from by a code; null for a random one. */
  readonly label: string | null;
}

/** @throws UsageError when the words make no sense, or this platform lacks the libraries of tunnels; the signal's reason when aborted. */
export async function meetingOf(
  argv: TunnelWords,
  { env, signal }: Pick<Context, 'env' | 'signal'>,
  options: MeetingOptions,
): Promise<Meeting> {
  if (argv['answer-fd'] !== undefined && !argv.manual)
    throw new UsageError('--answer-fd is for --manual: nobody else is given an answer');
  const given = await readCode({ argument: options.argument, fd: argv['code-fd'], env, signal });
  const shared = { ...roomOptions(argv, env), signal };
  const isOffer = given !== null && 'offer' in given;
  if (isOffer || argv.manual) {
    const { meetingByHand } = await import('./by-hand.ts');
    return meetingByHand(argv, { given, shared });
  }
  const byIds = ['peer', 'id', 'room'].filter((name) => argv[name as 'peer' | 'id' | 'room'] !== undefined);
  if (byIds.length > 0) {
    if (given) throw new UsageError(`--${byIds[0]} is for meeting without a code: give one or the other`);
    return meetingByIds(argv, { shared, server: argv.server ?? env.NATCHECK_SERVER });
  }
  if (given && argv.once)
    throw new UsageError('--once is for a code that is made here: a code says itself how often it is good');
  const code = given ?? createCode({ server: serverOfNewCode(argv, env), once: argv.once ?? false, randomBytes });
  const keys = keysOf(code.secret);
  // Before a code is printed, since its reader waits for this side.
  await requireTunnels();
  const isMade = given === null;
  const { room: place, otherWords } = placeOfCode(argv, { code, isMade, keys, env });
  const id = options.label === null ? randomBytes(ID_BYTES).toString('base64url') : keys.id(options.label);
  return {
    ...{ code, keys, byHand: null, isOnce: code.once, isMade, peer: null, otherWords },
    room: { ...shared, id, ...place },
  };
}

function meetingByIds(
  { peer, id = hostname(), room = DEFAULT_ROOM, rendezvous, once, broker }: TunnelWords,
  { server, shared }: { readonly server: string | undefined; readonly shared: Partial<LinkOptions['room']> },
): Meeting {
  if (once) throw new UsageError('--once is for a code: without one, --peer says who may connect');
  if (broker) throw new UsageError('--broker is for a code: by their ids two sides meet at a server');
  if (peer === undefined) throw new UsageError('without a code, --peer names the peer');
  if (!server) throw new UsageError('name the natcheck server where the two peers meet: --server or NATCHECK_SERVER');
  if (peer === id) throw new UsageError(`you and the peer both have the id ${id}: each side needs its own`);
  const otherWords = [
    ...['--id', peer, '--peer', id, '--server', server],
    ...(rendezvous === undefined ? [] : ['--rendezvous', rendezvous]),
    ...(room === DEFAULT_ROOM ? [] : ['--room', room]),
  ];
  return {
    ...{ code: null, keys: null, byHand: null, isOnce: false, isMade: false, peer, otherWords },
    room: { ...shared, id, server, room },
  };
}
