/** The exit codes of the process, which mean the same for every command. */
export const EXIT = {
  /** A verdict, a direct path, or a server that ended when told to. */
  ok: 0,
  /** Wrong usage. */
  usage: 2,
  /** No server answers, or UDP is blocked. */
  noServer: 3,
  inconclusive: 4,
  /** Connected, but only through a relay. */
  relayed: 5,
  /** The peer did not come. */
  noPeer: 6,
  noPath: 7,
  /** The program that was to be started is not one, or is not there: as shells have it. */
  notExecutable: 126,
  notFound: 127,
  bug: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
