/** `-4`, `-6` and `--local`: which addresses of this host a command uses. */
import type { Family } from '../../../src/endpoint.ts';
import { UsageError } from '../../../src/errors.ts';

export const FAMILY_OPTIONS = {
  local: {
    type: 'string',
    describe: 'IP address of the interface to use',
    defaultDescription: 'the one that routes to the server',
  },
  4: { type: 'boolean', describe: 'Use IPv4 only' },
  6: { type: 'boolean', describe: 'Use IPv6 only' },
} as const;

/** Returns the one family that is wanted; undefined where both are. @throws UsageError when each of the two is wanted alone. */
export function familyOption(argv: {
  readonly 4?: boolean | undefined;
  readonly 6?: boolean | undefined;
}): Family | undefined {
  if (argv[4] && argv[6]) throw new UsageError('-4 and -6 exclude each other: without them both are used');
  if (argv[4]) return 'IPv4';
  return argv[6] ? 'IPv6' : undefined;
}
