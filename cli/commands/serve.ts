/** `natcheck serve`: the public side, until a signal ends it. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { ServerOptions, Tls } from '../../server/index.ts';
import { UsageError } from '../../src/errors.ts';
import { DEFAULT_ALT_PORT, DEFAULT_HTTP_PORT, DEFAULT_PORT } from '../../src/ports.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { relayOptions } from './serve/relay-options.ts';

const NOTES = `\
NAT behaviour is tested from two addresses of one family: give --ip twice, the
primary one first. With one address a client learns its public endpoint, and
that the tests are not on offer.

Without --ip the server uses the address from which this host reaches the
Internet: one for IPv4 and one for IPv6, where there is a default route. It
never binds to every address, since a reply has to leave from the one that was
asked.

Peers meet in rooms on the TCP port. Without a token everybody may; the token
is better given as NATCHECK_TOKEN, as other users can read a command line, and
the relay's secret as NATCHECK_RELAY_SECRET.

/metrics is for this host only, or for whoever shows --metrics-token as a Bearer
token. To a reverse proxy on this host everybody is this host: set the token.

One address has a small share of it all, so that nobody takes the whole. Behind
a reverse proxy all peers have the address of the proxy: let it bound them, and
give --per-source 12000, which is all there are.

With --relay the server is a TURN server too, for pairs that find no direct
path: UDP and TCP on --port, TLS on --turns-port when there is a certificate.
Peers of a room are handed credentials by the server itself, good as long as
they are in the room. Without a token everybody may join, and so everybody may
relay: that takes --open-relay to say so. --relay-user
names users of one's own instead. It never relays into private networks, nor to
its neighbours on a link, unless --relay-allow-peer names their network, or
--relay-allow-private is given. With --turn-url the peers are told of another
TURN server, which has the same --relay-secret.`;

export const serve = defineCommand({
  name: 'serve',
  options: {
    ip: { type: 'string', array: true, describe: 'An address of this host to serve from; two of a family at most' },
    port: { type: 'number', default: DEFAULT_PORT, describe: 'UDP port; 0 is any free one' },
    'alt-port': { type: 'number', default: DEFAULT_ALT_PORT, describe: 'UDP port for the change of port' },
    'http-port': {
      type: 'number',
      default: DEFAULT_HTTP_PORT,
      describe: 'TCP port of the rendezvous, /healthz and /metrics',
    },
    'auth-token': { type: 'string', describe: 'What a peer has to know to join a room. Also NATCHECK_TOKEN' },
    'metrics-token': {
      type: 'string',
      describe: 'What a reader of /metrics has to show; without it this host alone may. Also NATCHECK_METRICS_TOKEN',
    },
    'per-source': {
      type: 'number',
      describe: 'Peers in rooms from one address, or from one /64 of IPv6; by default 512',
    },
    'tls-cert': { type: 'string', describe: 'PEM file of the certificate chain: https and wss on the TCP port' },
    'tls-key': { type: 'string', describe: 'PEM file of its key' },
    relay: { type: 'boolean', describe: 'Be a TURN server as well' },
    'open-relay': { type: 'boolean', describe: 'Needed for a relay without a token: everybody may use it' },
    'relay-user': { type: 'string', array: true, describe: 'NAME:PASSWORD of a user of the relay; any number of them' },
    'relay-secret': {
      type: 'string',
      describe: 'Secret of time-limited credentials that others make, as for coturn. Also NATCHECK_RELAY_SECRET',
    },
    'relay-ports': { type: 'string', describe: 'FIRST-LAST of the relayed ports; by default 49152-65535' },
    'relay-allow-private': { type: 'boolean', describe: 'Relay to private and loopback addresses too' },
    'relay-allow-peer': {
      type: 'string',
      array: true,
      describe: 'ADDRESS/BITS to relay to though it is private, or on a link of this host; any number of them',
    },
    'relay-user-quota': { type: 'number', describe: 'Allocations of one user at a time; by default 16' },
    'relay-source-quota': { type: 'number', describe: 'Allocations from one address at a time; by default 64' },
    'relay-total-quota': { type: 'number', describe: 'Allocations of all at a time; by default 1000' },
    'relay-max-bps': { type: 'number', describe: 'Bytes a second of an allocation, each way; by default 1250000' },
    'relay-source-bps': { type: 'number', describe: 'The same of all from one address; by default 2500000' },
    'relay-total-bps': { type: 'number', describe: 'The same of the whole relay; by default 12500000' },
    'turns-port': { type: 'number', describe: 'TCP port of TURN over TLS; by default 5349' },
    'turn-url': { type: 'string', array: true, describe: 'Another TURN server to tell peers of; needs --relay-secret' },
    software: { type: 'string', describe: 'Name to tell in replies that it makes no longer than their requests' },
  },
  notes: NOTES,
  examples: [
    ['$0 serve --ip 203.0.113.10 --ip 203.0.113.11', 'the tests on offer over IPv4'],
    ['$0 serve', 'STUN on the address of the default route'],
    ['$0 serve --relay --auth-token T', 'and a relay, of which the peers in its rooms are told'],
  ],
  async run(argv, { stdout, signal, env }) {
    const [{ startServer, defaultAddresses, StartError }, { listeningText }] = await Promise.all([
      import('../../server/index.ts'),
      import('../render/listening.ts'),
    ]);
    const ip = argv.ip ?? (await defaultAddresses());
    if (ip.length === 0) throw new UsageError('this host has no default route: name its address with --ip');
    const { port, software } = argv;
    const authToken = argv['auth-token'] ?? (env.NATCHECK_TOKEN || undefined);
    const metricsToken = argv['metrics-token'] ?? (env.NATCHECK_METRICS_TOKEN || undefined);
    const tls = await readTls(argv['tls-cert'], argv['tls-key']);
    const options: ServerOptions = {
      ...{ ip, port, altPort: argv['alt-port'], httpPort: argv['http-port'] },
      ...(software !== undefined && { software }),
      ...(authToken !== undefined && { authToken }),
      ...(metricsToken !== undefined && { metricsToken }),
      ...(tls && { tls }),
      ...(argv['per-source'] !== undefined && { limits: { peersPerSource: argv['per-source'] } }),
      ...relayOptions(argv, env.NATCHECK_RELAY_SECRET || undefined),
    };
    try {
      await using server = await startServer(options);
      stdout.write(listeningText(server, stdout.columns));
      stdout.write('ready\n');
      if (!signal.aborted) await once(signal, 'abort');
    } catch (error) {
      throw error instanceof StartError ? new UsageError(error.message) : error;
    }
    return EXIT.ok;
  },
});

async function readTls(cert: string | undefined, key: string | undefined): Promise<Tls | undefined> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) throw new UsageError('--tls-cert and --tls-key belong together');
  const read = (option: string, path: string): Promise<string> =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`cannot read the file of --${option}: ${path}: ${error.code}`);
    });
  return { cert: await read('tls-cert', cert), key: await read('tls-key', key) };
}
