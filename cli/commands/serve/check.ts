/** `natcheck serve --check`: which ports of the server are reached from outside, and the exit code that says it. */
import type { PortVerdict, ServerOptions } from '../../../server/index.ts';
import { UsageError } from '../../../src/errors.ts';
import { type Context, grouped } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';

export const CHECK_OPTIONS = grouped('Check from outside:', {
  check: {
    type: 'boolean',
    describe: 'Check which ports are reached from outside, and do not serve',
  },
  'check-at-start': { type: 'boolean', describe: 'Check the same first, and then serve whatever is found' },
  'check-through': {
    type: 'string',
    array: true,
    describe:
      'STUN server to check through, as HOST[:PORT]: another natcheck server, or one of others; can be repeated',
    defaultDescription: 'well-known public ones',
  },
});

interface CheckArguments {
  readonly check: boolean | undefined;
  readonly 'check-at-start': boolean | undefined;
  readonly 'check-through': string[] | undefined;
}

/**
 * Checks if the options say so, and prints what was found. Returns the exit code where that is all there is to do, else null.
 * @throws UsageError when the options contradict each other; StartError when the ports cannot be had.
 */
export async function checkIfAsked(
  options: ServerOptions,
  argv: CheckArguments,
  { stdout, stderr, signal }: Pick<Context, 'stdout' | 'stderr' | 'signal'>,
): Promise<ExitCode | null> {
  const { check, 'check-at-start': atStart, 'check-through': through } = argv;
  if (check && atStart) throw new UsageError('--check does not serve: it cannot go with --check-at-start');
  if (!check && !atStart) {
    if (through) throw new UsageError('--check-through is of use only with --check or --check-at-start');
    return null;
  }
  const [{ checkReach, outcomeOf }, { reachText }] = await Promise.all([
    import('../../../server/index.ts'),
    import('../../render/serve/reach-text.ts'),
  ]);
  const report = await checkReach(options, { through, signal });
  const output = check ? stdout : stderr;
  output.write(reachText(report, output.columns));
  return check ? EXITS[outcomeOf(report)] : null;
}

const EXITS: Readonly<Record<PortVerdict['kind'], ExitCode>> = {
  reached: EXIT.ok,
  blocked: EXIT.noPath,
  'seen-elsewhere': EXIT.noPath,
  unanswered: EXIT.noServer,
  seen: EXIT.inconclusive,
};
