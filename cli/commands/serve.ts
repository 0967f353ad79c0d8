/** `natcheck serve`: runs the public side until a signal ends it. */
import type { ServerOptions } from '../../server/index.ts';
import { DEFAULT_ALT_PORT, DEFAULT_HTTP_PORT, DEFAULT_PORT } from '../../src/endpoint.ts';
import { UsageError } from '../../src/errors.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { attend } from './serve/attend.ts';
import { CHECK_OPTIONS, checkIfAsked } from './serve/check.ts';
import { notifySystemd } from './serve/notify.ts';
import { OPERATION_OPTIONS, operationOptions } from './serve/operation-options.ts';
import { PAGE_OPTIONS, pageOptions } from './serve/page-options.ts';
import { PARTNER_NOTES, PARTNER_OPTIONS, partnerOptions } from './serve/partner-options.ts';
import { redisOptions } from './serve/redis-options.ts';
import { relayOptions } from './serve/relay-options.ts';
import { readTls, tlsFiles } from './serve/tls-files.ts';
import { keepRenewed } from './serve/tls-renewal.ts';

const NOTES = `\
Testing NAT behaviour takes two addresses of one family: give --ip twice, the
primary address first. With one address, clients learn their public endpoint,
and that the behaviour tests are not available.

${PARTNER_NOTES}

Without --ip the server uses the address from which this host reaches the
Internet: one for IPv4 and one for IPv6, where there is a default route. It
never binds to every address, because a reply has to leave from the address
that was asked.

In clouds a host mostly has a private address, and a 1:1 NAT gives it the public
one: --ip 10.0.0.4=203.0.113.10 binds the first and announces the second. What a
firewall there does not let in, --check names, through other STUN servers. It
ends with 0 when every UDP port is reached, 7 when one is blocked or announced
wrongly, 3 when nobody answers and 4 when it cannot tell.

Peers meet in rooms on the TCP port. Without a token, everybody may join. Pass
the token as NATCHECK_TOKEN and the relay secret as NATCHECK_RELAY_SECRET,
because other users of this host can read the command line.

/metrics is for this host only, or, with --metrics-token, for anyone who sends
that token as a Bearer token. Behind a reverse proxy on this host, every request
seems to come from this host: set the token.

One address gets only a small share of the server, so that nobody can take all
of it. Behind a reverse proxy all peers share the address of the proxy: let the
proxy limit them, and give --per-source 12000, which is the whole server.

With --relay the server is a TURN server too, for pairs that find no direct
path: UDP and TCP on --port, and TLS on --turns-port if there is a certificate.
It hands the peers in its rooms credentials, which are valid for as long as they
are in the room. Without a token everybody may join, and so everybody may use
the relay: --open-relay confirms that this is intended. --relay-user names users
of your own instead. The relay never forwards into private networks, or to
neighbours on a link of this host, unless --relay-allow-peer names their network
or --relay-allow-private is given. With --turn-url, peers are offered another
TURN server, which has the same --relay-secret; where there are more than two,
two of them in each room.

With --redis, servers that use the same Redis are one: peers meet in a room
whichever of them they are connected to, and come back on another when one ends.
All need the same token. Each room gets one of their relays: of those in the
--region of its first peer's server one that has little to do, and none that is
full or about to end. Whoever can write to that Redis can pass for any of
them. Pass a URL with a password as NATCHECK_REDIS.`;

/** What a cloud's operator has to know who has named the address that the world sees. */
const BEHIND_NAT = 'where a 1:1 NAT has that address, as in clouds, give --ip PRIVATE=PUBLIC';

export const serve = defineCommand({
  name: 'serve',
  options: {
    ip: {
      type: 'string',
      array: true,
      describe: 'Address of this host to serve from, or PRIVATE=PUBLIC behind a 1:1 NAT; at most two of each family',
    },
    port: { type: 'number', default: DEFAULT_PORT, describe: 'UDP port; 0 means any free port' },
    'alt-port': {
      type: 'number',
      default: DEFAULT_ALT_PORT,
      describe: 'Second UDP port, for the tests that change the port',
    },
    'http-port': {
      type: 'number',
      default: DEFAULT_HTTP_PORT,
      describe: 'TCP port of the page, the rendezvous, /healthz and /metrics',
    },
    'auth-token': { type: 'string', describe: 'Token that peers need to join a room (env NATCHECK_TOKEN)' },
    'metrics-token': {
      type: 'string',
      describe: 'Token needed to read /metrics; without one, only this host may (env NATCHECK_METRICS_TOKEN)',
    },
    'per-source': {
      type: 'number',
      describe: 'Limit of peers in rooms from one IPv4 address, or one IPv6 /64',
      defaultDescription: '512',
    },
    'tls-cert': { type: 'string', describe: 'PEM file with the certificate chain, for https and wss on the TCP port' },
    'tls-key': { type: 'string', describe: 'PEM file with the private key of the certificate' },
    ...PAGE_OPTIONS,
    ...PARTNER_OPTIONS,
    workers: {
      type: 'number',
      describe: 'Processes that serve STUN and TURN, each on a core of its own; 0 means this one alone',
      defaultDescription: '0',
    },
    stun: {
      type: 'string',
      array: true,
      describe: 'STUN server at another address, as HOST[:PORT], to name to peers; can be repeated',
    },
    relay: { type: 'boolean', describe: 'Also run a TURN server' },
    'open-relay': {
      type: 'boolean',
      describe: 'Confirm that everybody may use the relay; needed where there is no token',
    },
    'relay-user': { type: 'string', array: true, describe: 'NAME:PASSWORD of a relay user; can be repeated' },
    'relay-secret': {
      type: 'string',
      describe: 'Secret of time-limited credentials made elsewhere, as with coturn (env NATCHECK_RELAY_SECRET)',
    },
    'relay-ports': { type: 'string', describe: 'Relayed ports, as FIRST-LAST', defaultDescription: '49152-65535' },
    'relay-allow-private': { type: 'boolean', describe: 'Also relay to private and loopback addresses' },
    'relay-allow-peer': {
      type: 'string',
      array: true,
      describe:
        'Network to relay to although it is private or on a link of this host, as ADDRESS/BITS; can be repeated',
    },
    'relay-user-quota': { type: 'number', describe: 'Limit of allocations of one user', defaultDescription: '16' },
    'relay-source-quota': {
      type: 'number',
      describe: 'Limit of allocations from one address',
      defaultDescription: '64',
    },
    'relay-total-quota': { type: 'number', describe: 'Limit of allocations altogether', defaultDescription: '1000' },
    'relay-max-bps': {
      type: 'number',
      describe: 'Bytes per second of one allocation, each way',
      defaultDescription: '1250000',
    },
    'relay-source-bps': {
      type: 'number',
      describe: 'Bytes per second from one address, each way',
      defaultDescription: '2500000',
    },
    'relay-total-bps': {
      type: 'number',
      describe: 'Bytes per second of the whole relay, each way',
      defaultDescription: '12500000',
    },
    'turns-port': { type: 'number', describe: 'TCP port of TURN over TLS', defaultDescription: '5349' },
    'turn-url': {
      type: 'string',
      array: true,
      describe: 'Another TURN server to offer to peers, as [REGION=]URL; needs --relay-secret; can be repeated',
    },
    region: {
      type: 'string',
      describe: 'Where this server is, under any name: its peers get relays of the same name before others',
    },
    redis: {
      type: 'string',
      describe: 'Redis by which this server is one with others, as redis://HOST[:PORT] (env NATCHECK_REDIS)',
    },
    software: {
      type: 'string',
      describe: 'Server name to put in replies, where that makes them no longer than the request',
    },
    ...OPERATION_OPTIONS,
    ...CHECK_OPTIONS,
  },
  notes: NOTES,
  examples: [
    ['$0 serve --ip 203.0.113.10 --ip 203.0.113.11', 'with the behaviour tests, over IPv4'],
    ['$0 serve --ip 10.0.0.4=203.0.113.10', 'in a cloud, behind a 1:1 NAT'],
    ['$0 serve --ip 10.0.0.4=203.0.113.10 --check', 'what a firewall blocks, before anything is served'],
    ['$0 serve', 'STUN on the address of the default route'],
    ['$0 serve --relay --auth-token T', 'also a relay, offered to the peers in its rooms'],
  ],
  async run(argv, context) {
    const { stdout, env } = context;
    const [{ startServer, defaultAddresses, StartError, createLog }, { listeningText }] = await Promise.all([
      import('../../server/index.ts'),
      import('../render/serve/listening.ts'),
    ]);
    const ip = argv.ip ?? (await defaultAddresses());
    if (ip.length === 0) throw new UsageError('this host has no default route: name its address with --ip');
    const { port, software } = argv;
    const authToken = argv['auth-token'] ?? (env.NATCHECK_TOKEN || undefined);
    const metricsToken = argv['metrics-token'] ?? (env.NATCHECK_METRICS_TOKEN || undefined);
    const files = tlsFiles(argv);
    const tls = files && (await readTls(files));
    const { drainMs, log, ...operation } = operationOptions(argv, { ...context, createLog });
    const options: ServerOptions = {
      ...{ ip, port, altPort: argv['alt-port'], httpPort: argv['http-port'] },
      ...(software !== undefined && { software }),
      ...(authToken !== undefined && { authToken }),
      ...(metricsToken !== undefined && { metricsToken }),
      ...(tls && { tls }),
      ...(argv.stun && { otherStun: argv.stun }),
      ...(argv.region !== undefined && { region: argv.region }),
      ...(argv.workers !== undefined && { workers: argv.workers }),
      ...(argv['per-source'] !== undefined && { limits: { peersPerSource: argv['per-source'] } }),
      ...pageOptions(argv),
      ...partnerOptions(argv, { secretOfEnv: env.NATCHECK_PARTNER_SECRET || undefined, log }),
      ...relayOptions(argv, env.NATCHECK_RELAY_SECRET || undefined),
      ...redisOptions(argv, env.NATCHECK_REDIS || undefined),
      ...{ log, ...operation, signal: context.signal },
    };
    try {
      const checked = await checkIfAsked(options, argv, context);
      if (checked !== null) return checked;
      await using server = await startServer(options);
      stdout.write(listeningText(server, stdout.columns));
      stdout.write('ready\n');
      await notifySystemd('READY=1', { env, log });
      using renewal = files && tls && keepRenewed({ server, log, files, tls });
      await attend({ server, context, log, renewal, drainMs });
      await notifySystemd('STOPPING=1', { env, log });
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      throw new UsageError(error.code === 'not-here' ? `${error.message}; ${BEHIND_NAT}` : error.message);
    }
    return EXIT.ok;
  },
});
