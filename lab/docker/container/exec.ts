/** A program in a container, run to its end. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Container } from 'dockerode';

const DEFAULT_TIMEOUT_MS = 30_000;
/** Exit code of timeout(1) when time was up. */
const TIMED_OUT = 124;

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface ExecOptions {
  readonly timeoutMs?: number;
}

/**
 * Runs `argv`; an exit code other than 0 is a result, not an error.
 * @throws Error with the output so far when it takes longer than `timeoutMs` (30 s when not given); it is ended then.
 */
export async function exec(
  container: Container,
  argv: readonly string[],
  { timeoutMs = DEFAULT_TIMEOUT_MS }: ExecOptions = {},
): Promise<Output> {
  const limited = ['timeout', '--kill-after=1', `${timeoutMs / 1000}`, ...argv];
  const created = await container.exec({ Cmd: limited, AttachStdout: true, AttachStderr: true });
  const stream = await created.start({ hijack: true, stdin: false });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  container.modem.demuxStream(stream, stdout, stderr);
  stream.on('close', () => {
    stdout.end();
    stderr.end();
  });
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  const { ExitCode } = await created.inspect();
  if (ExitCode === TIMED_OUT) throw new Error(`${argv.join(' ')}: not done in ${timeoutMs} ms\n${out}${err}`);
  return { stdout: out, stderr: err, exitCode: ExitCode ?? -1 };
}
