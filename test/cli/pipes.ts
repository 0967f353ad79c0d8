/** `natcheck pipe`, and other commands, as processes whose standard streams the test holds. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ownedProcess } from '../owner/owned-by-test.ts';
import { mainIn } from './natcheck.ts';

export interface PipeProcess extends AsyncDisposable {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Its descriptor 3. */
  readonly third: Writable;
  /** Resolves when what it has written to stderr so far matches. */
  readonly said: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly stderr: string }>;
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
}

export function startPipe(words: readonly string[], env: Record<string, string> = {}): PipeProcess {
  return startCommand(['pipe', ...words], env);
}

export function startCommand(words: readonly string[], env: Record<string, string> = {}): PipeProcess {
  const child = ownedProcess(
    spawn(process.execPath, [mainIn(env), ...words], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    }),
  );
  const { pid = 0 } = child;
  const [stdin, stdout, stderr, third] = child.stdio as unknown as readonly [Writable, Readable, Readable, Writable];
  for (const input of [stdin, third]) input.on('error', () => {});
  let spoken = '';
  const listeners = new Set<() => void>();
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    spoken += chunk;
    for (const listener of listeners) listener();
  });
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  return {
    ...{ stdin, stdout, third, pid },
    said: (pattern) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = pattern.exec(spoken);
          if (found) resolve(found);
        };
        listeners.add(check);
        check();
      }),
    ended: closed.then(([code, signal]) => ({ code, signal, stderr: spoken })),
    kill: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

export const textOf = ({ stdout }: PipeProcess): Promise<string> => text(stdout);

/** The SHA-256 of all that comes out. */
export async function hashOf({ stdout }: PipeProcess): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stdout) hash.update(chunk);
  return hash.digest('hex');
}
