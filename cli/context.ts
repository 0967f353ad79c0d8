/** The process, as commands see it. */
import type { Context } from './command.ts';
import { textOutput } from './output.ts';

export type Terminal = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>;

/** Colour and spinners need a terminal that is not dumb, and are turned off by --no-color or a NO_COLOR that is not empty. */
export function terminalContext(
  { stdout, stderr, env }: Terminal,
  { words, signal, takeSignals }: Pick<Context, 'signal' | 'takeSignals'> & { readonly words: readonly string[] },
): Context {
  const allowed = !env.NO_COLOR && env.TERM !== 'dumb' && !ownWords(words).includes('--no-color');
  const color = allowed && stdout.isTTY === true;
  // Nobody looks at a terminal of width 0, and a spinner would never get to the end of its line.
  const spinner = allowed && stderr.isTTY === true && stderr.columns > 0;
  return {
    stdout: textOutput(stdout, { color }),
    stderr: textOutput(stderr, { color: spinner }),
    ...{ streams: { stdout, stderr }, signal, takeSignals, color, spinner, env },
  };
}

/** The words of a program to run, which follow `--`, are its own. */
export function ownWords(words: readonly string[]): readonly string[] {
  const at = words.indexOf('--');
  return at === -1 ? words : words.slice(0, at);
}
