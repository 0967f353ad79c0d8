/** The output of a program as lines, in bounded memory: the first ones, the latest, and how many there were between. */
import type { OutputStream } from './demux.ts';
import type { Guest, GuestLine } from './guest.ts';
import { keptLines } from './kept-lines.ts';

/** A longer line is cut there: what is looked for in output, such as a ticket or a report as JSON, is shorter. */
export const LINE_BYTES = 256 * 1024;
/** So many first and so many latest lines are kept: what a program says of its start and of its end. */
export const KEPT_LINES = 1000;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface Output extends Pick<Guest, 'onLine' | 'leftOut'> {
  /** Takes the next bytes of a stream, read at `at`. */
  readonly heard: (stream: OutputStream, bytes: Uint8Array, at: number) => void;
  /** What has not ended with a line feed is a line now. */
  readonly end: (at: number) => void;
}

/** @param reworded what is made of each line before anyone sees it. */
export function createOutput(reworded: (text: string) => string = (text) => text): Output {
  const kept = keptLines<GuestLine>(KEPT_LINES);
  const listeners = new Set<(line: GuestLine) => void>();
  const tell = (stream: OutputStream, bytes: Buffer, at: number): void => {
    const line = { at, stream, text: reworded(bytes.toString('utf8')) };
    kept.add(line);
    for (const listener of listeners) listener(line);
  };
  const splitters = {
    stdout: createSplitter((bytes, at) => tell('stdout', bytes, at)),
    stderr: createSplitter((bytes, at) => tell('stderr', bytes, at)),
  };
  return {
    heard: (stream, bytes, at) => splitters[stream].heard(bytes, at),
    end: (at) => {
      splitters.stdout.end(at);
      splitters.stderr.end(at);
    },
    leftOut: kept.leftOut,
    onLine: (listener) => {
      for (const line of [...kept.first(), ...kept.latest()]) listener(line);
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

interface Splitter {
  readonly heard: (bytes: Uint8Array, at: number) => void;
  readonly end: (at: number) => void;
}

function createSplitter(line: (bytes: Buffer, at: number) => void): Splitter {
  /** The line so far; it grows with the longest line. */
  let begun = Buffer.alloc(4096);
  let length = 0;
  let hasBegun = false;
  const keep = (bytes: Uint8Array): void => {
    const part = bytes.subarray(0, LINE_BYTES - length);
    if (length + part.length > begun.length) {
      const grown = Buffer.alloc(Math.min(LINE_BYTES, 2 * (length + part.length)));
      begun.copy(grown, 0, 0, length);
      begun = grown;
    }
    begun.set(part, length);
    length += part.length;
    hasBegun = true;
  };
  const end = (at: number): void => {
    const text = begun.subarray(0, length > 0 && begun[length - 1] === CARRIAGE_RETURN ? length - 1 : length);
    line(text, at);
    length = 0;
    hasBegun = false;
  };
  return {
    heard: (bytes, at) => {
      let from = 0;
      for (;;) {
        const to = bytes.indexOf(LINE_FEED, from);
        if (to === -1) break;
        keep(bytes.subarray(from, to));
        end(at);
        from = to + 1;
      }
      if (from < bytes.length) keep(bytes.subarray(from));
    },
    end: (at) => {
      if (hasBegun) end(at);
    },
  };
}
