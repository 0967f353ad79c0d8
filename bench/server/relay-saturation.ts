/** As much load on a relay as it takes, both ways, by a C program that is compiled on the spot. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile } from './compile.ts';
import { pinnedTo } from './cpu.ts';
import { prefixOf, renew, setUp } from './relay-flows.ts';
import type { Framing } from './relay-load.ts';
import { FLOWS, type Flow, type RelayServer } from './relay-servers.ts';

const run = promisify(execFile);
/** How many messages of a flow are on the way at any time, and of all flows. */
const WINDOW = 16;
/** What the program prints. */
export interface Saturated {
  readonly returned: number;
  /** Messages that did not come back within 200 ms. */
  readonly lost: number;
  /** Datagrams that are none of those on the way. */
  readonly strange: number;
  readonly seconds: number;
  readonly p99Us: number;
}

export interface Saturation extends AsyncDisposable {
  /** Prepares the flows, which have to be prepared again after some minutes. */
  readonly prepare: (server: RelayServer, framing: Framing) => Promise<void>;
  readonly load: (server: RelayServer, framing: Framing) => Promise<Saturated>;
}

/**
 * @param cores those that the program may run on; null for any.
 * @throws Error where no C compiler is.
 */
export async function createSaturation(
  cores: readonly number[] | null,
  { bytes, seconds }: { readonly bytes: number; readonly seconds: number },
): Promise<Saturation> {
  const folder = await mkdtemp(join(tmpdir(), 'natcheck-load-'));
  const program = await compile('relay-load', folder);
  if (program === null) {
    await rm(folder, { recursive: true });
    throw new Error('it takes a C compiler: a generator in Node would be as busy as the servers');
  }
  const prepared = new Set<Flow>();
  return {
    prepare: async ({ port, flows, speaks }, framing) => {
      if (speaks !== 'TURN') return;
      for (const flow of flows[framing]) {
        if (!prepared.has(flow)) await setUp(port, framing, flow);
        prepared.add(flow);
        await renew(port, framing, flow);
      }
    },
    load: async ({ port, flows, speaks }, framing) => {
      const words = flows[framing].flatMap((flow) => {
        const prefix = speaks === 'TURN' ? Buffer.from(prefixOf(framing, flow, bytes)).toString('hex') : '-';
        return [`${flow.clientPort}`, `${flow.peerPort}`, prefix];
      });
      const argv = [program, `${port}`, `${seconds}`, `${WINDOW}`, `${bytes}`, ...words];
      const [name = '', ...rest] = cores === null ? argv : pinnedTo(cores, argv);
      return JSON.parse((await run(name, rest)).stdout);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

export const IN_FLIGHT = FLOWS * WINDOW;
