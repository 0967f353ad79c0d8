/** The process as commands see it. */
import type { Context } from './command.ts';
import { textOutput } from './output.ts';

export type Terminal = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>;

/** Colour and spinners need a terminal, and nobody who said no: NO_COLOR not empty, --no-color, or a dumb terminal. */
export function terminalContext(
  { stdout, stderr, env }: Terminal,
  { words, signal }: { readonly words: readonly string[]; readonly signal: AbortSignal },
): Context {
  const allowed = !env.NO_COLOR && env.TERM !== 'dumb' && !words.includes('--no-color');
  const color = allowed && stdout.isTTY === true;
  // A terminal of no width is one that nobody looks at, and a spinner would never get to the end of its line.
  const spinner = allowed && stderr.isTTY === true && stderr.columns > 0;
  return {
    stdout: textOutput(stdout, { color }),
    stderr: textOutput(stderr, { color: spinner }),
    ...{ streams: { stdout, stderr }, signal, color, spinner, env },
  };
}
