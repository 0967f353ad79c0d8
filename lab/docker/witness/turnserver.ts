/** coturn's `turnserver` as a behaviour-discovery server on two addresses (coturn 4.6.1). */
import type { LabServer } from '../lab.ts';
import type { Program } from '../program.ts';

/** Starts it in the lab's server, on ports 3478 and 3479 of both addresses; listening when this resolves. */
export async function startTurnserver(server: LabServer): Promise<Program> {
  const program = await server.start([
    'turnserver',
    '-n',
    ...['-L', server.primary, '-L', server.alternate],
    ...['--listening-port', '3478', '--alt-listening-port', '3479'],
    ...['--no-tls', '--no-dtls', '--no-cli', '--log-file', 'stdout'],
  ]);
  await program.line(/Total General servers/); // Said after the last listener has been opened.
  return program;
}
