/** The exit code of a command whose peer was not met. */
import type { PunchFailure } from '../src/punch/report/report.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

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
