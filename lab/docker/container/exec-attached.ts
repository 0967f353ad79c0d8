/** A program in a container, run by a person: with standard input, on a terminal if there is one, its output passed on as it comes. */
import { randomUUID } from 'node:crypto';
import type { Duplex, Readable } from 'node:stream';
import type { Container, Exec } from 'dockerode';
import { createDemux } from './demux.ts';
import { exec } from './exec.ts';

export interface Attachments {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Sends the program SIGINT; its end is still waited for. */
  readonly signal: AbortSignal;
  /** What the program reads; null or left out: it has no standard input. */
  readonly stdin?: Readable | null;
  /** The program runs on a terminal like this one, and writes all to `stdout`; null or left out: on none. */
  readonly terminal?: ProgramTerminal | null;
}

export interface ProgramTerminal {
  /** As in the variable TERM. */
  readonly type: string;
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly onResize: (listener: () => void) => Disposable;
}

/** Runs `argv` to its end; resolves with its exit code, 126 or 127 when there is no such program. */
export async function execAttached(
  container: Container,
  argv: readonly string[],
  { signal, stdin = null, terminal = null, ...outputs }: Attachments,
): Promise<number> {
  // The shell notes its own pid and then becomes the program: the engine's API has no way to end an exec.
  const note = `/tmp/natcheck-exec-${randomUUID()}`;
  const noted = ['sh', '-c', '{ echo $$ > "$0"; } 2>/dev/null; exec "$@"', note, ...argv];
  const created = await container.exec({
    // Where an image has no shell, nothing can tell the program to end, but a key on its terminal.
    Cmd: (await hasShell(container)) ? noted : [...argv],
    AttachStdin: stdin !== null,
    AttachStdout: true,
    AttachStderr: true,
    Tty: terminal !== null,
    Env: terminal ? [`TERM=${terminal.type}`] : [],
  });
  const stream = await created.start({ hijack: true, stdin: stdin !== null, Tty: terminal !== null });
  const ended = new Promise((resolve) => stream.once('close', resolve));
  const interrupt = (): void => void exec(container, ['sh', '-c', 'kill -INT "$(cat "$0")"', note]).catch(() => {});
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  passOutput(stream, { ...outputs, isTerminal: terminal !== null });
  using _resizing = terminal && followSize(created, terminal);
  using _input = stdin && passInput(stdin, stream);
  try {
    await ended;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
  return (await created.inspect()).ExitCode ?? -1;
}

async function hasShell(container: Container): Promise<boolean> {
  return container.infoArchive({ path: '/bin/sh' }).then(
    () => true,
    () => false,
  );
}

interface Outputs extends Pick<Attachments, 'stdout' | 'stderr'> {
  readonly isTerminal: boolean;
}

/** Reads no faster than the outputs take it. */
function passOutput(stream: Duplex, { isTerminal, ...outputs }: Outputs): void {
  const write = (to: NodeJS.WritableStream, bytes: Buffer): void => {
    if (to.write(bytes)) return;
    stream.pause();
    to.once('drain', () => stream.resume());
  };
  const demux = createDemux((name, bytes) => write(outputs[name], bytes));
  stream.on('data', (bytes: Buffer) => (isTerminal ? write(outputs.stdout, bytes) : demux(bytes)));
  stream.on('error', () => {}); // It is closed then, and whether the program has ended is asked for.
}

/** Passes on what is typed or piped, and its end, until the program ends. */
function passInput(stdin: Readable, stream: Duplex): Disposable {
  stdin.pipe(stream);
  return {
    [Symbol.dispose]: () => {
      stdin.unpipe(stream);
      stdin.pause();
    },
  };
}

/** Gives the program's terminal the size of the user's, now and whenever that changes. */
function followSize(created: Exec, { size, onResize }: ProgramTerminal): Disposable {
  const resize = (): void => {
    const { columns, rows } = size();
    if (columns > 0 && rows > 0) void created.resize({ w: columns, h: rows }).catch(() => {});
  };
  resize();
  return onResize(resize);
}
