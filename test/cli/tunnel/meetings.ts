/** A server on loopback, codes that name it, and commands as processes that meet there, each on a machine of its own. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../../server/index.ts';
import { createOwner } from '../../../src/net/owner.ts';
import { createCode, formatCode } from '../../../src/tunnel/code/code.ts';
import { keysOf } from '../../../src/tunnel/code/keys.ts';
import { parseCode } from '../../../src/tunnel/code/parse.ts';
import { HOST, join as joinRoom, type Peer } from '../../net/rendezvous/peers.ts';
import { type PipeProcess, startCommand } from '../pipes.ts';

export interface Meetings extends AsyncDisposable {
  /** The options that lead to the server. */
  readonly where: readonly string[];
  readonly place: string;
  readonly newCode: (options?: { readonly once?: boolean }) => string;
  /** Starts a command that takes the code from its environment; it is killed in the end, if it still runs then. */
  readonly start: (code: string, words: readonly string[], env?: Record<string, string>) => PipeProcess;
  /** Somebody in the room of the code who only looks. */
  readonly watch: (code: string) => Promise<Peer>;
}

export async function startMeetings(): Promise<Meetings> {
  await using owner = createOwner();
  const server = owner.use(await startServer({ ip: [HOST], port: 0, altPort: 0, httpPort: 0 }));
  const home = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  owner.defer(() => rm(home, { recursive: true, force: true }));
  const place = `${HOST}:${server.addresses[0]?.port}`;
  const where = ['--rendezvous', `ws://${HOST}:${server.httpPort}`, '--no-port-mapping'];
  let machines = 0;
  const kept = owner.move();
  return {
    ...{ where, place },
    newCode: ({ once = false } = {}) => formatCode(createCode({ server: place, once, randomBytes })),
    start: (code, words, env = {}) => {
      const state = join(home, `${machines++}`);
      return startCommand([...words, ...where], { XDG_STATE_HOME: state, NATCHECK_CODE: code, ...env });
    },
    watch: (code) => joinRoom(server, 'watcher', { room: roomOf(code) }),
    [Symbol.asyncDispose]: kept[Symbol.asyncDispose],
  };
}

function roomOf(text: string): string {
  const parsed = parseCode(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return keysOf(parsed.code.secret).room;
}

export const CONNECTED = /^connected to the other side directly, encrypted end to end$/m;
