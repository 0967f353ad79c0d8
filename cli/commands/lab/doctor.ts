/** `natcheck lab doctor`: shows whether a lab can run on this machine, and what to install. */
import { examine } from '../../../lab/docker/doctor/examine.ts';
import { unlessAborted } from '../../../src/net/waits.ts';
import { EXIT } from '../../exit-code.ts';
import { withSpinner } from '../../render/progress/spinner.ts';
import type { LabAction } from './action.ts';
import { renderDoctor } from './doctor-text.ts';

export const doctor: LabAction = async ({ json }, context) => {
  const { stdout, color, env, signal } = context;
  const examining = unlessAborted(examine(env), signal);
  const report = await withSpinner('trying what this machine can do', context, examining);
  const text = json ? JSON.stringify(report) : renderDoctor(report, { color, columns: stdout.columns });
  stdout.write(`${text}\n`);
  return report.canRun ? EXIT.ok : EXIT.usage;
};
