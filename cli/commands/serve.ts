/** `natcheck serve`: the public side, until a signal ends it. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { ServerOptions, Tls } from '../../server/index.ts';
import { UsageError } from '../../src/errors.ts';
import { DEFAULT_ALT_PORT, DEFAULT_HTTP_PORT, DEFAULT_PORT } from '../../src/ports.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';

const NOTES = `\
NAT behaviour is tested from two addresses of one family: give --ip twice, the
primary one first. With one address a client learns its public endpoint, and
that the tests are not on offer.

Without --ip the server uses the address from which this host reaches the
Internet: one for IPv4 and one for IPv6, where there is a default route. It
never binds to every address, since a reply has to leave from the one that was
asked.

Peers meet in rooms on the TCP port. Without a token everybody may; the token
is better given as NATCHECK_TOKEN, as other users can read a command line.`;

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
    'tls-cert': { type: 'string', describe: 'PEM file of the certificate chain: https and wss on the TCP port' },
    'tls-key': { type: 'string', describe: 'PEM file of its key' },
    software: { type: 'string', describe: 'Name to tell in every reply; without it none is told' },
  },
  notes: NOTES,
  examples: [
    ['$0 serve --ip 203.0.113.10 --ip 203.0.113.11', 'the tests on offer over IPv4'],
    ['$0 serve', 'STUN on the address of the default route'],
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
    const tls = await readTls(argv['tls-cert'], argv['tls-key']);
    const options: ServerOptions = {
      ...{ ip, port, altPort: argv['alt-port'], httpPort: argv['http-port'] },
      ...(software !== undefined && { software }),
      ...(authToken !== undefined && { authToken }),
      ...(tls && { tls }),
    };
    try {
      await using server = await startServer(options);
      stdout.write(listeningText(server));
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
