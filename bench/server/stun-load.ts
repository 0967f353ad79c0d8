/** Load on a STUN server over IPv4: by the C program, compiled on the spot, or by the same in TypeScript where no compiler is. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compile } from './compile.ts';
import { pinnedTo } from './cpu.ts';

const run = promisify(execFile);
const IN_TYPESCRIPT = fileURLToPath(new URL('../peers/server/stun-load.ts', import.meta.url));

/** What the load generator prints. */
export interface Answered {
  readonly answered: number;
  /** Requests that were not answered within 200 ms. */
  readonly lost: number;
  /** Datagrams that answer no waiting request. */
  readonly strange: number;
  readonly seconds: number;
  readonly medianUs: number;
  readonly p99Us: number;
}

export interface Load extends AsyncDisposable {
  readonly name: string;
  readonly ask: (port: number, seconds: number) => Promise<Answered>;
}

/** @param cores those that it may run on; null for any. */
export async function createLoad(
  cores: readonly number[] | null,
  { requests, sockets }: { readonly requests: number; readonly sockets: number },
): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), 'natcheck-load-'));
  const compiled = await compile('stun-load', folder);
  const command = compiled === null ? [process.execPath, IN_TYPESCRIPT] : [compiled];
  return {
    name: compiled !== null ? 'C, compiled by cc' : 'TypeScript',
    ask: async (port, seconds) => {
      const words = [...command, '127.0.0.1', `${port}`, `${seconds}`, `${requests}`, `${sockets}`];
      const [program = '', ...argv] = cores === null ? words : pinnedTo(cores, words);
      return JSON.parse((await run(program, argv)).stdout);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
