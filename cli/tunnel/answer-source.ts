/** Where the side that has made an offer by hand takes the answer from: the terminal, whatever stdin is, or a file descriptor. */
import { closeSync, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { UsageError } from '../../src/errors.ts';
import { explainFileCode } from '../../src/net/explain-code.ts';

const TERMINAL = '/dev/tty';
/** Far more than a line has: what is longer is taken as it is, and then refused. */
const LINE_MAX_CHARACTERS = 16 * 1024;

export interface AnswerSource extends Disposable {
  /** Resolves with the next line that is not empty; null at the end. The terminal is let go of after each. */
  readonly next: () => Promise<string | null>;
}

interface State {
  readonly fd: number | undefined;
  stream: Readable | null;
  /** What has been read beyond the last line. */
  rest: string;
}

/** Opens the source. @throws UsageError when there is no such descriptor, or no terminal. */
export function openAnswerSource(fd: number | undefined): AnswerSource {
  if (fd === undefined) closeSync(openTerminal());
  const state: State = { fd, stream: fd === undefined ? null : silent(streamOf(fd)), rest: '' };
  return { next: () => next(state), [Symbol.dispose]: () => close(state) };
}

async function next(state: State): Promise<string | null> {
  state.stream ??= silent(new ReadStream(openTerminal()));
  try {
    for (;;) {
      const line = await lineOf(state, state.stream);
      if (line === null || line.trim() !== '') return line;
    }
  } finally {
    // Two readers of one terminal would each get a part of what is typed.
    if (state.fd === undefined) close(state);
  }
}

function close(state: State): void {
  state.stream?.destroy();
  state.stream = null;
}

/** Resolves with what comes before a line feed, or the end; null at the end, and when the stream was closed. */
async function lineOf(state: State, stream: Readable): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const look = (): void => {
    const end = state.rest.indexOf('\n');
    if (end === -1 && state.rest.length < LINE_MAX_CHARACTERS) return;
    const line = end === -1 ? state.rest : state.rest.slice(0, end);
    state.rest = end === -1 ? '' : state.rest.slice(end + 1);
    resolve(line);
  };
  const take = (chunk: Buffer): void => {
    state.rest += chunk.toString();
    look();
  };
  const stop = (): void => {
    resolve(state.rest === '' ? null : state.rest);
    state.rest = '';
  };
  look();
  // It may have ended while nobody listened.
  if (stream.readableEnded || stream.destroyed) stop();
  stream.on('data', take).once('end', stop).once('close', stop).resume();
  try {
    return await promise;
  } finally {
    stream.pause().off('data', take).off('end', stop).off('close', stop);
  }
}

function openTerminal(): number {
  try {
    return openSync(TERMINAL, 'r');
  } catch {
    throw new UsageError(
      'there is no terminal to paste the answer at: name a file descriptor to read it from (--answer-fd)',
    );
  }
}

/** What cannot be read any more is closed, which is all that counts. */
function silent(stream: Readable): Readable {
  return stream.on('error', () => {});
}

function streamOf(fd: number): Readable {
  if (!Number.isInteger(fd) || fd < 0 || fd > 0x7fffffff) {
    throw new UsageError('--answer-fd takes the number of an open file descriptor, such as 3');
  }
  try {
    const stats = fstatSync(fd);
    if (isatty(fd)) return new ReadStream(fd);
    // These can be left in the middle of a read.
    if (stats.isFIFO() || stats.isSocket()) return new Socket({ fd, readable: true, writable: false });
    return createReadStream('', { fd, autoClose: false });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`--answer-fd ${fd} cannot be read: ${explainFileCode(code ?? message)}`);
  }
}
