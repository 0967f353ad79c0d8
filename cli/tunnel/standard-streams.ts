/** The standard streams of the process as the two ends of a pipe. */
import { closeSync, createWriteStream, fstatSync, openSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';

const STDOUT = 1;

/**
 * Returns a stream that writes to stdout, and whose end whoever reads there sees: Node keeps its own stdout open until the process
 * ends. Nothing can be written to stdout after that. `onFirst` is called before the first bytes are written.
 */
export function closingStdout(onFirst: () => void): Writable {
  // Node's own stdout tells only the whole process when a file cannot be written, such as on a full disk.
  const stdout = fstatOf(STDOUT).isFile ? createWriteStream('', { fd: STDOUT, autoClose: false }) : process.stdout;
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
  // The system gives the lowest number that is free, unless another thread has been faster. Then this one is for nothing, and what
  // the other has opened is never written to, since nobody writes to stdout any more.
  const fd = openSync('/dev/null', 'w');
  if (fd !== STDOUT) closeSync(fd);
}

function fstatOf(fd: number): { readonly isFIFO: boolean; readonly isSocket: boolean; readonly isFile: boolean } {
  const stats = fstatSync(fd);
  const [isFIFO, isSocket] = [stats.isFIFO(), stats.isSocket()];
  return { isFIFO, isSocket, isFile: !isFIFO && !isSocket && !isatty(fd) };
}
