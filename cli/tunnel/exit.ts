/** The exit code of a command whose link has ended. */
import type { LinkEnd } from '../../src/tunnel/link/link.ts';
import { EXIT, type ExitCode, exitAfter } from '../exit-code.ts';

/** @throws what has broken the link. */
export function exitAfterLink(end: LinkEnd): ExitCode {
  switch (end.reason) {
    case 'own-end':
      return EXIT.ok;
    case 'peer-left':
    case 'not-authenticated':
      return EXIT.noPath;
    case 'broken':
      throw end.error;
    default:
      return exitAfter(end.reason);
  }
}
