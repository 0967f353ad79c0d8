/** Where the two sides of a code meet: at the server that the code or the user names, or else through brokers. */
import type { InferredOptionTypes } from 'yargs';
import { UsageError } from '../../src/errors.ts';
import type { RoomOptions } from '../../src/punch/options.ts';
import type { Code } from '../../src/tunnel/code/code.ts';
import type { CodeKeys } from '../../src/tunnel/code/keys.ts';

export const BROKER_OPTION = {
  broker: {
    type: 'string',
    array: true,
    describe:
      'Where the code names no server, MQTT broker to meet through, as mqtts://HOST[:PORT]; can be repeated (env NATCHECK_BROKER, with spaces)',
    defaultDescription: 'three public ones',
  },
} as const;

interface PlaceWords extends InferredOptionTypes<typeof BROKER_OPTION> {
  readonly server?: string | undefined;
  readonly rendezvous?: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Returns the server that a new code names; null where the two sides are to meet through brokers. */
export function serverOfNewCode({ server, broker }: PlaceWords, env: Env): string | null {
  return broker === undefined ? (server ?? (env.NATCHECK_SERVER || null)) : null;
}

/**
 * Returns the place. The server of this host's environment is none that the other side of a code knows.
 * @throws UsageError when the words name two places.
 */
export function placeOfCode(
  { server: named, broker, rendezvous }: PlaceWords,
  { code, keys, env }: { readonly code: Code; readonly keys: CodeKeys; readonly env: Env },
): Pick<RoomOptions, 'server' | 'meeting'> {
  if (broker !== undefined && named !== undefined)
    throw new UsageError('--server and --broker are two places: give one');
  const server = broker === undefined ? (named ?? code.server) : null;
  if (server !== null) return { server };
  if (rendezvous !== undefined)
    throw new UsageError('--rendezvous is for a server: the two sides meet through brokers');
  const brokers = broker ?? env.NATCHECK_BROKER?.split(/[\s,]+/).filter((text) => text !== '');
  return { meeting: { kind: 'broker', brokers, topic: keys.brokerTopic, key: keys.brokerKey } };
}
