/** The exit codes of the process, which mean the same for every command. */
import type { PunchFailure } from '../src/punch/report/report.ts';

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

/** Returns the exit code of a command whose peer was not met. */
export function exitAfter(reason: PunchFailure): ExitCode {
  switch (reason) {
    case 'no-peer':
      return EXIT.noPeer;
    case 'no-path':
    case 'no-relay':
    case 'path-lost':
      return EXIT.noPath;
    case 'rendezvous-refused':
      return EXIT.usage;
    case 'unknown-host':
    case 'dns-silent':
    case 'rendezvous-unreachable':
    case 'rendezvous-lost':
    case 'no-route':
    case 'udp-silent':
      return EXIT.noServer;
  }
}
