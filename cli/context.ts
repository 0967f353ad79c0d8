/** The process as commands see it. */
import type { Context } from './command.ts';

export type Terminal = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>;

/** Colour and spinners need a terminal, and nobody who said no: NO_COLOR not empty, --no-color, or a dumb terminal. */
export function terminalContext(
  { stdout, stderr, env }: Terminal,
  { words, signal }: { readonly words: readonly string[]; readonly signal: AbortSignal },
): Context {
  const allowed = !env.NO_COLOR && env.TERM !== 'dumb' && !words.includes('--no-color');
  const color = allowed && stdout.isTTY === true;
  const spinner = allowed && stderr.isTTY === true;
  return { stdout, stderr, signal, color, spinner, env };
}
