/** Where the two sides of a code meet: at the server that the code or the user names, or else through brokers. */
import type { InferredOptionTypes } from 'yargs';
import { UsageError } from '../../src/errors.ts';
import { parseServerName } from '../../src/net/lookup/server-name.ts';
import { parseBrokerUrl } from '../../src/net/rendezvous/broker/url.ts';
import type { RoomOptions } from '../../src/punch/options.ts';
import type { Code } from '../../src/tunnel/code/code.ts';
import type { CodeKeys } from '../../src/tunnel/code/keys.ts';

export const BROKER_OPTION = {
  broker: {
    type: 'string',
    array: true,
    describe:
      'MQTT broker to meet through, as mqtts://HOST[:PORT], whatever server the code names; can be repeated (env NATCHECK_BROKER, with spaces, where it names none)',
    defaultDescription: 'three public ones, where the code names no server',
  },
} as const;

type Env = Readonly<Record<string, string | undefined>>;

interface PlaceWords extends InferredOptionTypes<typeof BROKER_OPTION> {
  readonly server?: string | undefined;
  readonly rendezvous?: string | undefined;
  readonly token?: string | undefined;
}

/** Of the sides of a code, only the one that exposes has an id that another process can have too. */
const SAME_ID = 'natcheck expose runs with this code elsewhere too: end one of the two, or take another code for it';

interface CodeSide {
  readonly code: Code;
  /** Whether it was made here, with the server that the words name. */
  readonly isMade: boolean;
  readonly keys: CodeKeys;
  readonly env: Env;
}

interface CodePlace {
  readonly room: Pick<RoomOptions, 'server' | 'meeting'>;
  /** What the other side has to write beside the code to come to the same place. */
  readonly otherWords: readonly string[];
}

/** Returns the server that a new code names; null where the two sides are to meet through brokers. */
export function serverOfNewCode({ server, broker }: PlaceWords, env: Env): string | null {
  return broker === undefined ? (server ?? (env.NATCHECK_SERVER || null)) : null;
}

/**
 * Returns the place. The server of this host's environment is none that the other side of a code knows.
 * @throws UsageError when the words name two places, or none that can be.
 */
export function placeOfCode(
  { server: named, broker, rendezvous, token }: PlaceWords,
  { code, isMade, keys, env }: CodeSide,
): CodePlace {
  if (broker !== undefined && named !== undefined)
    throw new UsageError('--server and --broker are two places: give one');
  const server = broker === undefined ? (named ?? code.server) : null;
  if (server !== null) {
    parseServerName(server);
    const isInCode = isMade || server === code.server;
    return {
      room: { server },
      otherWords: wordsOf({ server: isInCode ? [] : [server], rendezvous: listOf(rendezvous) }),
    };
  }
  if (rendezvous !== undefined)
    throw new UsageError('--rendezvous is for a server: the two sides meet through brokers');
  if (token !== undefined) throw new UsageError('--token is for a server: the two sides meet through brokers');
  const brokers = broker ?? brokersOf(env);
  brokers?.forEach(parseBrokerUrl);
  const meeting = { kind: 'broker', brokers, topic: keys.brokerTopic, key: keys.brokerKey, sameId: SAME_ID } as const;
  return { room: { meeting }, otherWords: wordsOf({ broker: brokers ?? [] }) };
}

/** Undefined where the environment names none, as by an empty variable. */
function brokersOf({ NATCHECK_BROKER: list = '' }: Env): readonly string[] | undefined {
  const urls = list.split(/[\s,]+/).filter((text) => text !== '');
  return urls.length === 0 ? undefined : urls;
}

function listOf(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

/** Writes options as a command line has them. */
function wordsOf(options: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.entries(options).flatMap(([name, values]) => values.flatMap((value) => [`--${name}`, value]));
}
