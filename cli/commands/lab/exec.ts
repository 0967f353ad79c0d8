/** `natcheck lab exec`: runs a program in a client of the running lab, with this terminal or what is piped into it. */
import { execAttached, type ProgramTerminal } from '../../../lab/docker/container/exec-attached.ts';
import { containersOf } from '../../../lab/docker/keeper/kept-lab.ts';
import { containerAt } from '../../../lab/docker/keeper/place.ts';
import { UsageError } from '../../../src/errors.ts';
import type { Context } from '../../command.ts';
import type { ExitCode } from '../../exit-code.ts';
import { type LabAction, withLab } from './action.ts';
import { findRunning } from './running.ts';

export const exec: LabAction = ({ place = '', command }, context) =>
  withLab(context, async () => {
    const lab = await findRunning(context);
    if (lab === null) throw new UsageError('no lab is running; natcheck lab up starts one');
    const name = containerAt(lab, place);
    const container = (await containersOf(lab))(name);
    const { State } = await container.inspect();
    if (!State.Running) throw new UsageError(`the program of ${place} has ended with ${State.ExitCode}`);
    using input = inputOf(process, context.env);
    const { stdin, terminal } = input;
    const { signal, streams } = context;
    const exitCode = await execAttached(container, command, { ...streams, stdin, terminal, signal });
    signal.throwIfAborted();
    // The exit code is that of the program, whatever it means.
    return exitCode as ExitCode;
  });

interface Input extends Disposable {
  readonly stdin: NodeJS.ReadStream | null;
  readonly terminal: ProgramTerminal | null;
}

/**
 * What is piped in is the program's input. A terminal is the program's, if its output goes there too: then every key is, also
 * Ctrl-C. A terminal of which only the input is left is not read, so that a command in the background is not stopped.
 */
function inputOf({ stdin, stdout }: Pick<NodeJS.Process, 'stdin' | 'stdout'>, env: Context['env']): Input {
  if (stdin.isTTY && !stdout.isTTY) return { stdin: null, terminal: null, [Symbol.dispose]: () => {} };
  if (!stdin.isTTY) return { stdin, terminal: null, [Symbol.dispose]: () => void stdin.destroy() };
  stdin.setRawMode(true);
  return {
    stdin,
    terminal: {
      type: env.TERM ?? 'dumb',
      size: () => ({ columns: stdout.columns, rows: stdout.rows }),
      onResize: (listener) => {
        stdout.on('resize', listener);
        return { [Symbol.dispose]: () => void stdout.off('resize', listener) };
      },
    },
    [Symbol.dispose]: () => {
      stdin.setRawMode(false);
      stdin.destroy();
    },
  };
}
