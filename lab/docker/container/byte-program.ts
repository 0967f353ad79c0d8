/** Starts a program in a container whose output is bytes, such as a capture. */
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import type { Container } from 'dockerode';
import type { ByteProgram, ByteProgramOptions } from './container.ts';
import { attach } from './exec.ts';
import { createOutput } from './output.ts';

/** The engine's API has no way to end an exec; it ends when its input does. */
const UNTIL_INPUT_ENDS = '"$@" </dev/null & cat >/dev/null; kill $! 2>/dev/null; wait';

export async function startByteProgram(
  container: Container,
  argv: readonly string[],
  { heard, said }: ByteProgramOptions,
): Promise<ByteProgram> {
  const lines = createOutput();
  lines.onLine(({ text }) => said(text));
  const stdout = new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      heard(bytes);
      done();
    },
  });
  const stderr = new PassThrough().on('data', (bytes: Buffer) => lines.heard('stderr', bytes, performance.now()));
  const { stream } = await attach(container, ['sh', '-c', UNTIL_INPUT_ENDS, 'sh', ...argv], {
    stdin: true,
    stdout,
    stderr,
  });
  stream.on('error', () => {}); // It is closed then, which says all there is to know.
  const ended = once(stream, 'close').then(() => {});
  return {
    ended,
    async [Symbol.asyncDispose]() {
      stream.end();
      await ended;
    },
  };
}
