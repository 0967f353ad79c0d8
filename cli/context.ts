/** The process, as commands see it. */
import type { Context } from './command.ts';
import { textOutput } from './output.ts';

export type Terminal = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>;

/** Colour and spinners need a terminal that is not dumb, and are turned off by --no-color or a NO_COLOR that is not empty. */
export function terminalContext(
  { stdout, stderr, env }: Terminal,
  { words, signal }: { readonly words: readonly string[]; readonly signal: AbortSignal },
): Context {
  const allowed = !env.NO_COLOR && env.TERM !== 'dumb' && !words.includes('--no-color');
  const color = allowed && stdout.isTTY === true;
  // Nobody looks at a terminal of width 0, and a spinner would never get to the end of its line.
  const spinner = allowed && stderr.isTTY === true && stderr.columns > 0;
  return {
    stdout: textOutput(stdout, { color }),
    stderr: textOutput(stderr, { color: spinner }),
    ...{ streams: { stdout, stderr }, signal, color, spinner, env },
  };
}
