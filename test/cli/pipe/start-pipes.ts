/** A server on loopback, and `natcheck pipe` as processes that meet there. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { createOwner } from '../../../src/net/owner.ts';
import { createCode, formatCode } from '../../../src/tunnel/code/code.ts';
import { HOST } from '../../net/rendezvous/peers.ts';
import { type PipeProcess, startPipe } from '../pipes.ts';

/** Beyond what two processes take on a busy machine. */
export const TIMEOUT_MS = 60_000;

export interface Pipes extends AsyncDisposable {
  readonly server: NatcheckServer;
  /** The server, as a code names it. */
  readonly place: string;
  /** The options that lead to it. */
  readonly rendezvous: readonly string[];
  /** Where codes that are used up are remembered. */
  readonly env: Readonly<Record<string, string>>;
  readonly newCode: (options?: { readonly once?: boolean }) => string;
  readonly start: (...words: readonly string[]) => PipeProcess;
  /** Starts two with a new code, and the same options. */
  readonly both: (...words: readonly string[]) => readonly [PipeProcess, PipeProcess];
}

export async function startPipes(): Promise<Pipes> {
  await using owner = createOwner();
  const server = owner.use(await startServer({ ip: [HOST, '127.0.0.2'], port: 0, altPort: 0, httpPort: 0 }));
  const home = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  owner.defer(() => rm(home, { recursive: true }));
  const place = `${HOST}:${server.addresses[0]?.port}`;
  const rendezvous = ['--rendezvous', `ws://${HOST}:${server.httpPort}`, '--no-port-mapping'];
  const env = { XDG_STATE_HOME: home };
  const newCode: Pipes['newCode'] = ({ once = false } = {}) =>
    formatCode(createCode({ server: place, once, randomBytes }));
  const start: Pipes['start'] = (...words) => startPipe([...words, ...rendezvous], env);
  const both: Pipes['both'] = (...words) => {
    const code = newCode();
    return [start(code, ...words), start(code, ...words)];
  };
  const kept = owner.move();
  return {
    ...{ server, place, rendezvous, env, newCode, start, both },
    [Symbol.asyncDispose]: kept[Symbol.asyncDispose],
  };
}
