/** `natcheck serve`: the public side, until a signal ends it. */
import { once } from 'node:events';
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
asked.`;

export const serve = defineCommand({
  name: 'serve',
  options: {
    ip: { type: 'string', array: true, describe: 'An address of this host to serve from; two of a family at most' },
    port: { type: 'number', default: DEFAULT_PORT, describe: 'UDP port; 0 is any free one' },
    'alt-port': { type: 'number', default: DEFAULT_ALT_PORT, describe: 'UDP port for the change of port' },
    'http-port': { type: 'number', default: DEFAULT_HTTP_PORT, describe: 'TCP port of /healthz and /metrics' },
    software: { type: 'string', describe: 'Name to tell in every reply; without it none is told' },
  },
  notes: NOTES,
  examples: [
    ['$0 serve --ip 203.0.113.10 --ip 203.0.113.11', 'the tests on offer over IPv4'],
    ['$0 serve', 'STUN on the address of the default route'],
  ],
  async run(argv, { stdout, signal }) {
    const [{ startServer, defaultAddresses, StartError }, { listeningText }] = await Promise.all([
      import('../../server/index.ts'),
      import('../render/listening.ts'),
    ]);
    const ip = argv.ip ?? (await defaultAddresses());
    if (ip.length === 0) throw new UsageError('this host has no default route: name its address with --ip');
    const { port, software } = argv;
    const options = { ip, port, altPort: argv['alt-port'], httpPort: argv['http-port'] };
    try {
      await using server = await startServer(software === undefined ? options : { ...options, software });
      stdout.write(listeningText(server));
      stdout.write('ready\n');
      if (!signal.aborted) await once(signal, 'abort');
    } catch (error) {
      throw error instanceof StartError ? new UsageError(error.message) : error;
    }
    return EXIT.ok;
  },
});
