/** `natcheck lab exec`: runs a program in a client of the running lab. */
import { execAttached } from '../../../lab/docker/container/exec.ts';
import { containersOf } from '../../../lab/docker/keeper/kept-lab.ts';
import { containerAt } from '../../../lab/docker/keeper/place.ts';
import { UsageError } from '../../../src/errors.ts';
import type { ExitCode } from '../../exit-code.ts';
import { type LabAction, withLab } from './action.ts';
import { findRunning } from './running.ts';

export const exec: LabAction = ({ place = '', command }, context) =>
  withLab(context, async () => {
    const lab = await findRunning(context);
    if (lab === null) throw new UsageError('no lab is running; natcheck lab up starts one');
    const name = containerAt(lab, place);
    const container = await containersOf(lab);
    const exitCode = await execAttached(container(name), command, { ...context.streams, signal: context.signal });
    context.signal.throwIfAborted();
    // The exit code is that of the program, whatever it means.
    return exitCode as ExitCode;
  });
