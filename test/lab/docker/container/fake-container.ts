/** A container of an engine that runs nothing: its programs write `out` and `err`, and end at once or when they are killed. */
import { PassThrough } from 'node:stream';
import type { Container } from 'dockerode';

export interface FakeContainer {
  /** The words of each program so far. */
  readonly ran: readonly (readonly string[])[];
  /** What was asked for beside them. */
  readonly asked: readonly Readonly<Record<string, unknown>>[];
  /** The sizes that terminals were given. */
  readonly sizes: readonly unknown[];
  readonly container: Container;
}

export interface FakeOptions {
  readonly exitCode?: number | null;
  /** Whether a program ends only when it is interrupted or killed. */
  readonly isEndless?: boolean;
  /** Whether a program ends with its input, which it writes. */
  readonly isEcho?: boolean;
  readonly hasShell?: boolean;
}

export function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

export function fakeContainer(options: FakeOptions): FakeContainer {
  const { exitCode = 0, isEndless = false, isEcho = false, hasShell = true } = options;
  const ran: string[][] = [];
  const asked: Record<string, unknown>[] = [];
  const sizes: unknown[] = [];
  const running: PassThrough[] = [];
  const endAll = (): void => {
    for (const stream of running) stream.destroy();
  };
  const container = {
    infoArchive: async () => {
      if (!hasShell) throw new Error('(HTTP code 404) no such file');
    },
    exec: async ({ Cmd, ...rest }: { readonly Cmd: string[] }) => {
      ran.push(Cmd);
      asked.push(rest);
      const isKill = /kill -(INT|KILL)/.test(Cmd.join(' '));
      const start = async () => {
        const stream = new PassThrough();
        if (isEcho) return stream;
        running.push(stream);
        stream.write(frame(1, 'out\n'));
        stream.write(frame(2, 'err\n'));
        if (isKill || !isEndless) setTimeout(endAll, 1);
        return stream;
      };
      return {
        start,
        resize: async (size: unknown) => sizes.push(size),
        inspect: async () => ({ ExitCode: exitCode }),
      };
    },
    modem: {
      demuxStream: (_: unknown, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream) => {
        stdout.write('out\n');
        stderr.write('err\n');
      },
    },
  };
  return { ran, asked, sizes, container: container as unknown as Container };
}
