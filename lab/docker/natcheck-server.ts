/** `natcheck serve` as the public side of a lab. */
import type { Program } from './container/container.ts';
import type { LabServer } from './lab.ts';

/**
 * Starts it on both addresses of the lab's server, ports 3478 and 3479; it listens when this resolves. Its relay may reach
 * the lab's public network, although the server itself is on that link.
 */
export async function startNatcheckServer(server: LabServer, options: readonly string[] = []): Promise<Program> {
  const program = await server.start([
    'natcheck',
    'serve',
    '--ip',
    server.primary,
    '--ip',
    server.alternate,
    ...options,
    ...(options.includes('--relay') ? ['--relay-allow-peer', server.subnet] : []),
  ]);
  await program.line(/\bready\b/);
  return program;
}
