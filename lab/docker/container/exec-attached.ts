/** A program in a container, its output passed on as it comes. */
import { randomUUID } from 'node:crypto';
import type { Container } from 'dockerode';
import { exec } from './exec.ts';

export interface Attachments {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Sends the program SIGINT; its end is still waited for. */
  readonly signal: AbortSignal;
}

/** Runs `argv` to its end; resolves with its exit code, 127 when there is no such program. */
export async function execAttached(
  container: Container,
  argv: readonly string[],
  { stdout, stderr, signal }: Attachments,
): Promise<number> {
  // The shell notes its own pid and then becomes the program: the engine's API has no way to end an exec.
  const note = `/run/natcheck-exec-${randomUUID()}`;
  const cmd = ['sh', '-c', 'echo $$ > "$0"; exec "$@"', note, ...argv];
  const created = await container.exec({ Cmd: cmd, AttachStdout: true, AttachStderr: true });
  const stream = await created.start({ hijack: true, stdin: false });
  container.modem.demuxStream(stream, stdout, stderr);
  const ended = new Promise<void>((resolve, reject) => stream.on('close', resolve).on('error', reject));
  const interrupt = (): void => void exec(container, ['sh', '-c', 'kill -INT "$(cat "$0")"', note]).catch(() => {});
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    await ended;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
  const { ExitCode } = await created.inspect();
  return ExitCode ?? -1;
}
