/** A program in a container, run to its end. */
import { type Duplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Container } from 'dockerode';
import type { ExecOptions, ExecResult } from './container.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
/** Exit code of timeout(1) when time was up. */
const TIMED_OUT = 124;

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

export interface AttachOptions {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
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
