/** The standard streams of the process as the two ends of a pipe. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { Writable } from 'node:stream';

const STDOUT = 1;

/**
 * Returns a stream that writes to stdout, and whose end whoever reads there sees: Node keeps its own stdout open until the process
 * ends. Nothing can be written to stdout after that. `onFirst` is called before the first bytes are written.
 */
export function closingStdout(onFirst: () => void): Writable {
  const { stdout } = process;
  let isFirst = true;
  const out = new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      if (isFirst) onFirst();
      isFirst = false;
      stdout.write(chunk, done);
    },
    final: (done) => {
      endStdout();
      done();
    },
  });
  stdout.on('error', (error) => out.destroy(error));
  return out;
}

/** Puts the null device in the place of a pipe, so that its reader sees the end. A file and a terminal need no end. */
function endStdout(): void {
  const { isFIFO, isSocket } = fstatOf(STDOUT);
  if (!isFIFO && !isSocket) return;
  closeSync(STDOUT);
  // The system gives the lowest number that is free.
  openSync('/dev/null', 'w');
}

function fstatOf(fd: number): { readonly isFIFO: boolean; readonly isSocket: boolean } {
  const stats = fstatSync(fd);
  return { isFIFO: stats.isFIFO(), isSocket: stats.isSocket() };
}
