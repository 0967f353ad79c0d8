/** Runs a program of the host to its end; its output is the result, or the error. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its standard input. */
  readonly input?: string;
  /** Asks it to end by SIGTERM; default: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * @returns what it wrote to stdout.
 * @throws Error with the last lines of its stderr when it cannot be started or does not exit with 0; the signal's reason, when
 * it has ended.
 */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { env, input, signal } = options;
  signal?.throwIfAborted();
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  const end = (): boolean => child.kill();
  signal?.addEventListener('abort', end);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  child.stdin.on('error', () => {}); // A program that ends without reading is judged by its exit code.
  child.stdin.end(input);
  const whole = Promise.all([text(child.stdout), text(child.stderr), ended]);
  const [stdout, stderr, exitCode] = await whole.finally(() => signal?.removeEventListener('abort', end));
  signal?.throwIfAborted();
  if (exitCode !== 0) throw new Error(`${[command, ...args].join(' ')}: exit ${exitCode}\n${lastLines(stderr)}`);
  return stdout;
}

function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-20).join('\n');
}
