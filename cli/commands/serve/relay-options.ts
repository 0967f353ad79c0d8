/** Turns the relay options of `natcheck serve` into those of the server. */
import type { ServerOptions } from '../../../server/index.ts';
import { UsageError } from '../../../src/errors.ts';

interface RelayArguments {
  readonly relay: boolean | undefined;
  readonly 'open-relay': boolean | undefined;
  readonly 'relay-user': string[] | undefined;
  readonly 'relay-secret': string | undefined;
  readonly 'relay-ports': string | undefined;
  readonly 'relay-allow-private': boolean | undefined;
  readonly 'relay-allow-peer': string[] | undefined;
  readonly 'relay-user-quota': number | undefined;
  readonly 'relay-source-quota': number | undefined;
  readonly 'relay-total-quota': number | undefined;
  readonly 'relay-max-bps': number | undefined;
  readonly 'relay-source-bps': number | undefined;
  readonly 'relay-total-bps': number | undefined;
  readonly 'turns-port': number | undefined;
  readonly 'turn-url': string[] | undefined;
  readonly 'tls-cert': string | undefined;
}

const OF_RELAY_ONLY = [
  'open-relay',
  'relay-user',
  'relay-ports',
  'relay-allow-private',
  'relay-allow-peer',
  'relay-user-quota',
  'relay-source-quota',
  'relay-total-quota',
  'relay-max-bps',
  'relay-source-bps',
  'relay-total-bps',
  'turns-port',
] as const satisfies readonly (keyof RelayArguments)[];

/** Reads the options. @throws UsageError when they contradict each other, or make no sense without a relay. */
export function relayOptions(
  argv: RelayArguments,
  secretOfEnv: string | undefined,
): Pick<ServerOptions, 'relay' | 'otherTurn'> {
  const { relay, 'turn-url': urls } = argv;
  const secret = argv['relay-secret'] ?? secretOfEnv;
  if (relay && argv['turns-port'] !== undefined && argv['tls-cert'] === undefined) {
    throw new UsageError('--turns-port is of use only with --tls-cert and --tls-key');
  }
  const homeless = relay ? undefined : OF_RELAY_ONLY.find((name) => argv[name] !== undefined);
  if (homeless) throw new UsageError(`--${homeless} is of use only with --relay`);
  if (argv['relay-secret'] !== undefined && !relay && !urls) {
    throw new UsageError('--relay-secret is of use only with --relay or --turn-url');
  }
  if (urls && secret === undefined) throw new UsageError('--turn-url needs the --relay-secret of that server');
  return {
    ...(urls && secret !== undefined && { otherTurn: { urls, secret } }),
    ...(relay && { relay: ownRelay(argv, secret) }),
  };
}

function ownRelay(argv: RelayArguments, secret: string | undefined): NonNullable<ServerOptions['relay']> {
  const { 'relay-user': users, 'relay-ports': ports, 'turns-port': turnsPort, 'relay-allow-peer': allowPeers } = argv;
  const limits = {
    ...(argv['relay-user-quota'] !== undefined && { allocationsPerUser: argv['relay-user-quota'] }),
    ...(argv['relay-source-quota'] !== undefined && { allocationsPerSource: argv['relay-source-quota'] }),
    ...(argv['relay-total-quota'] !== undefined && { allocations: argv['relay-total-quota'] }),
    ...(argv['relay-max-bps'] !== undefined && { bytesPerSecond: argv['relay-max-bps'] }),
    ...(argv['relay-source-bps'] !== undefined && { bytesPerSecondPerSource: argv['relay-source-bps'] }),
    ...(argv['relay-total-bps'] !== undefined && { bytesPerSecondInAll: argv['relay-total-bps'] }),
  };
  return {
    ...{ open: argv['open-relay'] ?? false, allowPrivate: argv['relay-allow-private'] ?? false, limits },
    ...(secret !== undefined && { secret }),
    ...(turnsPort !== undefined && { turnsPort }),
    ...(allowPeers && { allowPeers }),
    ...(users && { users: users.map(userOf) }),
    ...(ports !== undefined && { ports: rangeOf(ports) }),
  };
}

function userOf(text: string): { readonly name: string; readonly password: string } {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) throw new UsageError('--relay-user takes NAME:PASSWORD');
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function rangeOf(text: string): { readonly first: number; readonly last: number } {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  if (first === undefined || last === undefined) throw new UsageError(`--relay-ports takes FIRST-LAST, not '${text}'`);
  return { first: Number(first), last: Number(last) };
}
