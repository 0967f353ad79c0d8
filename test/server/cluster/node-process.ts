/** Servers of a cluster, each in a process of its own at an address of its own, which may start again at the same ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Endpoint } from '../../../src/endpoint.ts';

export interface NodeProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** The URL of its rendezvous. */
  readonly url: string;
  readonly stun: Endpoint;
  readonly httpPort: number;
  /** Sends the signal, waits for the end, and gives the exit code; null where the signal was it. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | null>;
}

export interface NodeProcessOptions {
  /** The file that is natcheck. */
  readonly main: string;
  readonly redis: string;
  /** An address of loopback. */
  readonly address?: string;
  /** Words beside these. */
  readonly words?: readonly string[];
  /** Takes the ports of a former process. */
  readonly former?: Pick<NodeProcess, 'stun' | 'httpPort'>;
}

/** Starts a server; it answers when the promise resolves. */
export async function startNodeProcess(options: NodeProcessOptions): Promise<NodeProcess> {
  const { main, redis, address = '127.0.0.1', words = [], former } = options;
  const [port, httpPort] = [former?.stun.port ?? 0, former?.httpPort ?? 0].map(String);
  const ports = ['--port', port ?? '', '--alt-port', '0', '--http-port', httpPort ?? ''];
  const all = ['serve', '--ip', address, ...ports, '--redis', redis, ...words];
  const child = spawn(process.execPath, [main, ...all], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.resume();
  let said = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said += `${line}\n`;
    if (line === 'ready') break;
  }
  child.stdout.resume();
  const url = /ws:\S+/.exec(said)?.[0] ?? '';
  const end: NodeProcess['end'] = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  };
  return {
    ...{ child, url, end },
    stun: { address, port: Number(/(?:^|\s)(?:\d+\.){3}\d+:(\d+)/m.exec(said)?.[1]) },
    httpPort: Number(new URL(url).port),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  };
}
