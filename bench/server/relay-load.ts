/** Load on a TURN server: coturn's client sends through allocations to the peer, which sends every message back. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Coturn } from './coturn.ts';
import { pinnedTo } from './cpu.ts';
import { PEER_PORT, USER } from './relay-servers.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 120_000;
const OUTPUT_MAX_BYTES = 64 * 1024 * 1024;
/**
 * The client draws its channel from the range of RFC 5766 (0x4000 to 0x7FFF), of which RFC 8656 §12 has reserved three
 * quarters, and gives up when natcheck refuses it: it is started again until it has drawn another one.
 */
const DRAWS_MAX = 100;

/** How clients frame what they send. One that uses channels has a process of its own, since it has to draw. */
export const FRAMINGS = {
  indications: { options: ['-s'], share: (clients: number) => ({ processes: 1, each: clients }) },
  channels: { options: [], share: (clients: number) => ({ processes: clients, each: 1 }) },
} as const;
export type Framing = keyof typeof FRAMINGS;

export interface Traffic {
  readonly framing: Framing;
  readonly clients: number;
  /** How many each client sends, one each millisecond. */
  readonly messages: number;
  readonly bytes: number;
}

export interface Carried {
  readonly sent: number;
  readonly received: number;
}

/** @param cores those that the clients may run on; null for any. */
export async function carry(
  port: number,
  { framing, clients, messages, bytes }: Traffic,
  { coturn, cores }: { readonly coturn: Coturn; readonly cores: readonly number[] | null },
): Promise<Carried> {
  const { options, share } = FRAMINGS[framing];
  const { processes, each } = share(clients);
  const who = ['-u', USER.name, '-w', USER.password, '-p', `${port}`, '-e', '127.0.0.1', '-r', `${PEER_PORT}`];
  const what = ['-m', `${each}`, '-n', `${messages}`, '-l', `${bytes}`, '-z', '1', '-c', ...options];
  const words = [coturn.program('turnutils_uclient'), ...who, ...what, '127.0.0.1'];
  const argv = cores === null ? words : pinnedTo(cores, words);
  const all = await Promise.all(Array.from({ length: processes }, () => runClient(argv, coturn.env)));
  const sum = (key: keyof Carried): number => all.reduce((total, one) => total + one[key], 0);
  return { sent: sum('sent'), received: sum('received') };
}

async function runClient([program = '', ...words]: readonly string[], env: Coturn['env']): Promise<Carried> {
  for (let draw = 1; draw <= DRAWS_MAX; draw++) {
    const { stdout } = await run(program, words, {
      env: { ...process.env, ...env },
      timeout: TIMEOUT_MS,
      maxBuffer: OUTPUT_MAX_BYTES,
    }).catch((error: Error & { readonly stdout?: string }) => {
      if (error.stdout?.includes('channel bind: error 400')) return { stdout: error.stdout };
      throw error;
    });
    const [, sent, received] = /tot_send_msgs=(\d+), tot_recv_msgs=(\d+)$/m.exec(stdout.slice(-2_000)) ?? [];
    if (sent !== undefined) return { sent: Number(sent), received: Number(received) };
  }
  throw new Error(`no allowed channel in ${DRAWS_MAX} draws`);
}
