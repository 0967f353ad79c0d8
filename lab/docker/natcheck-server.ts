/** `natcheck serve` as the public side of a lab. */
import type { LabServer } from './lab.ts';
import type { Program } from './program.ts';

/** Starts it on both addresses of the lab's server, ports 3478 and 3479; listening when this resolves. */
export async function startNatcheckServer(server: LabServer, options: readonly string[] = []): Promise<Program> {
  const program = await server.start([
    'natcheck',
    'serve',
    '--ip',
    server.primary,
    '--ip',
    server.alternate,
    ...options,
  ]);
  await program.line(/\bready\b/);
  return program;
}
