/** Stand-ins for the engine of this run: one that can be lost, and one that a command takes for a private engine of its own. */
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface LosableEngine extends AsyncDisposable {
  readonly host: string;
  /** Nothing answers from now on. */
  readonly lose: () => void;
}

/** @param target the socket of the engine behind it. */
export async function losableEngine(target: string, path: string): Promise<LosableEngine> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.pipe(to);
    }
  });
  server.listen(path);
  await once(server, 'listening');
  const lose = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { host: `unix://${path}`, lose, [Symbol.asyncDispose]: async () => lose() };
}

/**
 * Makes a program `dockerd` in the folder that passes everything on to the engine at `target`, so that its images need not be made
 * anew; returns the environment in which it is found. What others have on that engine it does not show.
 * @param log a file in which each start and end is a line.
 */
export function privateEngineOf(
  target: string,
  { dir, log }: { readonly dir: string; readonly log: string },
): Record<string, string> {
  mkdirSync(dir);
  const program = join(dir, 'dockerd');
  const script = fileURLToPath(new URL('private-engine.mjs', import.meta.url));
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${script}' '${target}' '${log}' "$@"\n`);
  chmodSync(program, 0o755);
  return { NATCHECK_LAB_ENGINE: 'private', PATH: `${dir}:${process.env.PATH}` };
}
