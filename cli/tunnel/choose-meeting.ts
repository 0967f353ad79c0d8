/** Where and how a command meets the other side of a tunnel: by a code, which it may have to make, by ids, or by hand. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { UsageError } from '../../src/errors.ts';
import { DEFAULT_ROOM } from '../../src/punch/report/unproven.ts';
import { createCode } from '../../src/tunnel/code/code.ts';
import { keysOf } from '../../src/tunnel/code/keys.ts';
import type { LinkOptions } from '../../src/tunnel/link/link.ts';
import { readCode } from '../code/source.ts';
import type { Context } from '../command.ts';
import { roomOptions } from '../commands/room-options.ts';
import type { Meeting, TunnelWords } from './meeting.ts';
import { placeOfCode, serverOfNewCode } from './place.ts';

/** An opaque id is as long as those that come of a code. */
const ID_BYTES = 18;

export interface MeetingOptions {
  /** The code as it stands in the command line. */
  readonly argument: string | undefined;
  /** What this side's id in the room is derived from by a code; null for a random one. */
  readonly label: string | null;
  /** Whether one peer has to be named where there is no code. */
  readonly needsPeer: boolean;
}

/** @throws UsageError when the words make no sense; the signal's reason when aborted. */
export async function meetingOf(
  argv: TunnelWords,
  { env, signal }: Pick<Context, 'env' | 'signal'>,
  options: MeetingOptions,
): Promise<Meeting> {
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
    return meetingByIds(argv, { ...options, shared, server: argv.server ?? env.NATCHECK_SERVER });
  }
  if (given && argv.once)
    throw new UsageError('--once is for a code that is made here: a code says itself how often it is good');
  const code = given ?? createCode({ server: serverOfNewCode(argv, env), once: argv.once ?? false, randomBytes });
  const keys = keysOf(code.secret);
  const place = placeOfCode(argv, { code, keys, env });
  const id = options.label === null ? randomBytes(ID_BYTES).toString('base64url') : keys.id(options.label);
  const { rendezvous, broker = [] } = argv;
  const otherWords = [
    ...(rendezvous === undefined ? [] : ['--rendezvous', rendezvous]),
    ...broker.flatMap((url) => ['--broker', url]),
  ];
  return {
    ...{ code, keys, byHand: null, isOnce: code.once, isMade: given === null, peer: null, otherWords },
    room: { ...shared, id, ...place },
  };
}

function meetingByIds(
  { peer, id = hostname(), room = DEFAULT_ROOM, rendezvous, once }: TunnelWords,
  {
    needsPeer,
    server,
    shared,
  }: MeetingOptions & { readonly server: string | undefined; readonly shared: Partial<LinkOptions['room']> },
): Meeting {
  if (once) throw new UsageError('--once is for a code: without one, --peer says who may connect');
  if (needsPeer && peer === undefined) throw new UsageError('without a code, --peer names the peer');
  if (!server) throw new UsageError('name the natcheck server where the two peers meet: --server or NATCHECK_SERVER');
  if (peer === id) throw new UsageError(`you and the peer both have the id ${id}: each side needs its own`);
  const otherWords = [
    ...(peer === undefined ? [] : ['--id', peer]),
    ...['--peer', id, '--server', server],
    ...(rendezvous === undefined ? [] : ['--rendezvous', rendezvous]),
    ...(room === DEFAULT_ROOM ? [] : ['--room', room]),
  ];
  return {
    ...{ code: null, keys: null, byHand: null, isOnce: false, isMade: false, peer: peer ?? null, otherWords },
    room: { ...shared, id, server, room },
  };
}
