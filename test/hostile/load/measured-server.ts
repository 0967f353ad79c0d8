/** Starts a server under load, whose memory and counts can be read. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ServerOptions } from '../../../server/index.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';

const SERVE = fileURLToPath(new URL('serve.ts', import.meta.url));
const MEGABYTE = 1024 * 1024;

export interface Memory {
  /** In MB, after a collection of garbage. */
  readonly rss: number;
  readonly heap: number;
  /** What lies beside the heap. */
  readonly external: number;
}

export interface MeasuredServer extends AsyncDisposable {
  readonly httpPort: number;
  readonly port: number;
  readonly altPort: number;
  readonly url: string;
  readonly memory: () => Promise<Memory>;
  /** Reads counters: the sum of the samples whose labels contain all of that text. */
  readonly count: () => Promise<(name: string, ...labels: readonly string[]) => number>;
  /** The server's UDP ports in the kernel: what it has thrown away there for want of room, and whether anything waits to be read. */
  readonly kernel: () => { readonly drops: number; readonly isEmpty: boolean };
}

export async function startMeasuredServer(
  options: Partial<Omit<ServerOptions, 'partner'>> & { readonly partner?: boolean } = {},
): Promise<MeasuredServer> {
  const child = fork(SERVE, [JSON.stringify(options)], { execArgv: ['--expose-gc'] });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the server ended with ${code}`);
  });
  const [ports] = (await Promise.race([once(child, 'message'), exited])) as [
    Pick<MeasuredServer, 'httpPort' | 'port' | 'altPort'>,
  ];
  exited.catch(() => {});
  return ownedByTest({
    ...ports,
    url: `ws://127.0.0.1:${ports.httpPort}`,
    memory: async () => {
      const told = once(child, 'message');
      child.send('memory');
      const [{ rss, heapUsed, external }] = (await told) as [NodeJS.MemoryUsage];
      const [all, heap, beside] = [rss, heapUsed, external].map((bytes) => Math.round((bytes / MEGABYTE) * 10) / 10);
      return { rss: all ?? 0, heap: heap ?? 0, external: beside ?? 0 };
    },
    count: async () => {
      const at = `http://127.0.0.1:${ports.httpPort}/metrics`;
      const page = (await (await fetch(at, { headers: { connection: 'close' } })).text()).split('\n');
      return (name, ...labels) =>
        page
          .filter((line) => new RegExp(`^${name}[ {]`).test(line) && labels.every((label) => line.includes(label)))
          .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    kernel: () => kernelAt([ports.port, ports.altPort]),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  });
}

/** Reads the bytes that wait to be read, and the drops, of the sockets at these ports of 127.0.0.1 (proc(5), Linux). */
function kernelAt(ports: readonly number[]): ReturnType<MeasuredServer['kernel']> {
  const names = ports.map((port) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`);
  const sockets = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '']) => names.includes(local));
  return {
    drops: sockets.reduce((sum, fields) => sum + Number(fields.at(-1)), 0),
    isEmpty: sockets.every(([, , , , queues = '']) => queues.endsWith(':00000000')),
  };
}
