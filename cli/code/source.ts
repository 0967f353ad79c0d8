/**
 * Where a command takes its code from, or an offer that was made by hand: an argument, NATCHECK_CODE, or a file descriptor. The last two
 * are in no process list.
 */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import { UsageError } from '../../src/errors.ts';
import { explainFileCode } from '../../src/net/explain-code.ts';
import { unlessAborted } from '../../src/net/waits.ts';
import type { Code } from '../../src/tunnel/code/code.ts';
import { CODE_MAX_CHARACTERS, parseCode } from '../../src/tunnel/code/parse.ts';
import type { Context } from '../command.ts';
import { refuseUsed } from './used.ts';

/** How the lines that are passed on by hand begin, wherever they stand in what was copied; no code has that many letters in a row. */
export const BY_HAND = /natcheck-(?:offer|answer)-\d/;
/** Longer than an offer, too. A character has four bytes at most in UTF-8; one byte more shows that there are too many. */
const LINE_MAX_BYTES = 4 * CODE_MAX_CHARACTERS + 1;
const LINE_FEED = 0x0a;
const readFd = promisify(read);

/** The option of every command that takes a code, to go with `readCode`. */
export const CODE_OPTIONS = {
  'code-fd': {
    type: 'number',
    describe:
      'File descriptor to read the code from, one line, so that no process list shows it (or env NATCHECK_CODE)',
  },
} as const;

export interface CodeSources extends Pick<Context, 'env' | 'signal'> {
  /** The code as it stands in the command line. */
  readonly argument?: string | undefined;
  /** The value of `--code-fd`. */
  readonly fd?: number | undefined;
}

/** The other side's offer, which this side is to answer. */
export interface GivenOffer {
  readonly offer: string;
  /** What the two sides share by it (`keysOf`). */
  readonly secret: string;
}

/**
 * Reads the code, or an offer in its place; null where none is given. Of a descriptor no byte beyond the line is taken, so that what
 * follows can be the data of a pipe.
 * @throws UsageError with a sentence when it is given twice, cannot be read, is none, or was good for one connection that it has
 * had; the signal's reason when aborted.
 */
export async function readCode({ argument, fd, env, signal }: CodeSources): Promise<Code | GivenOffer | null> {
  const given = [
    ...(argument === undefined ? [] : ['the argument']),
    ...(env.NATCHECK_CODE === undefined ? [] : ['NATCHECK_CODE']),
    ...(fd === undefined ? [] : ['--code-fd']),
  ];
  const [source, second] = given;
  if (second !== undefined) throw new UsageError(`the code is given twice, by ${given.join(' and by ')}: give it once`);
  if (source === undefined) return null;
  const text = fd === undefined ? (argument ?? env.NATCHECK_CODE ?? '') : await unlessAborted(lineOf(fd), signal);
  const refuse = (why: string): UsageError => new UsageError(argument === undefined ? `${source}: ${why}` : why);
  if (BY_HAND.test(text)) return await readOffer(text, refuse);
  const parsed = parseCode(text);
  if (!parsed.ok) throw refuse(parsed.message);
  await refuseUsed(parsed.code, env);
  return parsed.code;
}

async function readOffer(text: string, refuse: (why: string) => UsageError): Promise<GivenOffer> {
  const { readManualLine } = await import('../../src/rendezvous/manual/line.ts');
  const read = readManualLine(text);
  if (!read.ok) throw refuse(read.problem);
  const { kind, secret } = read.line;
  if (kind === 'answer') throw refuse('this is an answer: it goes to the side that has made the offer');
  return { offer: text, secret };
}

/** Reads byte by byte up to a line feed or the end. */
async function lineOf(fd: number): Promise<string> {
  if (!Number.isInteger(fd) || fd < 0 || fd > 0x7fffffff) {
    throw new UsageError('--code-fd takes the number of an open file descriptor, such as 3');
  }
  const line = Buffer.alloc(LINE_MAX_BYTES);
  for (let length = 0; length < LINE_MAX_BYTES; length++) {
    const { bytesRead } = await readFd(fd, line, length, 1, null).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`--code-fd ${fd} cannot be read: ${explainFileCode(error.code ?? error.message)}`);
    });
    if (bytesRead === 0 || line[length] === LINE_FEED) return line.toString('utf8', 0, length);
  }
  return line.toString();
}
