/** A program in a container, run to its end: its output kept, or passed on as it comes. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Duplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Container } from 'dockerode';
import type { ExecOptions, ExecResult } from './container.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
/** Exit code of timeout(1) when time was up. */
const TIMED_OUT = 124;

export interface Attachments {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Sends the program SIGINT; its end is still waited for. */
  readonly signal: AbortSignal;
}

/**
 * Runs `argv`; an exit code other than 0 is a result, not an error.
 * @throws Error with the output so far when it takes longer than `timeoutMs` (30 s when not given); it is ended then.
 */
export async function exec(
  container: Container,
  argv: readonly string[],
  { timeoutMs = DEFAULT_TIMEOUT_MS }: ExecOptions = {},
): Promise<ExecResult> {
  const limited = ['timeout', '--kill-after=1', `${timeoutMs / 1000}`, ...argv];
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { stream, exitCode } = await attach(container, limited, { stdout, stderr });
  stream.on('close', () => {
    stdout.end();
    stderr.end();
  });
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  const code = await exitCode();
  if (code === TIMED_OUT) throw new Error(`${argv.join(' ')}: not done in ${timeoutMs} ms\n${out}${err}`);
  return { stdout: out, stderr: err, exitCode: code };
}

/** Runs `argv` to its end; resolves with its exit code, 127 when there is no such program. */
export async function execAttached(
  container: Container,
  argv: readonly string[],
  { signal, ...streams }: Attachments,
): Promise<number> {
  // The shell notes its own pid and then becomes the program: the engine's API has no way to end an exec.
  const note = `/run/natcheck-exec-${randomUUID()}`;
  const noted = ['sh', '-c', 'echo $$ > "$0"; exec "$@"', note, ...argv];
  const { stream, exitCode } = await attach(container, noted, streams);
  const ended = once(stream, 'close');
  const interrupt = (): void => void exec(container, ['sh', '-c', 'kill -INT "$(cat "$0")"', note]).catch(() => {});
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    await ended;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
  return exitCode();
}

export interface AttachOptions extends Pick<Attachments, 'stdout' | 'stderr'> {
  /** Whether something will be written to the stream; default: no. */
  readonly stdin?: boolean;
}

/** Begins `argv` as it is. The stream closes when the program has ended; only then is there an exit code. */
export async function attach(
  container: Container,
  argv: readonly string[],
  { stdout, stderr, stdin = false }: AttachOptions,
): Promise<{ readonly stream: Duplex; readonly exitCode: () => Promise<number> }> {
  const created = await container.exec({
    Cmd: [...argv],
    AttachStdin: stdin,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await created.start({ hijack: true, stdin });
  container.modem.demuxStream(stream, stdout, stderr);
  return { stream, exitCode: async () => (await created.inspect()).ExitCode ?? -1 };
}
