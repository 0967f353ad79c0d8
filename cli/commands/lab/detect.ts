/** `natcheck lab detect`: shows what natcheck detects behind each NAT of the lab, and whether that is right. */
import { detectFromAll, type LabDetection } from '../../../lab/docker/keeper/detect-all.ts';
import { startKeptLab } from '../../../lab/docker/keeper/kept-lab.ts';
import type { RunningLab } from '../../../lab/docker/keeper/running-lab.ts';
import { UsageError } from '../../../src/errors.ts';
import { unlessAborted } from '../../../src/net/waits.ts';
import type { Context } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { renderLabDetections } from '../../render/lab/lab-text.ts';
import { createProgress } from '../../render/progress/progress.ts';
import { type LabAction, type LabWords, withLab } from './action.ts';
import { chosenAccesses } from './chosen.ts';
import { findRunning } from './running.ts';

export const detect: LabAction = (words, context) =>
  withLab(context, async () => {
    const { stdout, color } = context;
    const running = await findRunning(context);
    if (running && (words.all || words.nat || words.clients > 1)) {
      throw new UsageError(
        'a lab is already running: --all, --nat and --clients apply only to one that is started here',
      );
    }
    const detections = await (running ? inRunning(running, context) : inOwn(words, context));
    const text = words.json
      ? JSON.stringify({ schema: 'natcheck.lab-detect/1', detections })
      : renderLabDetections(detections, { color, columns: stdout.columns });
    stdout.write(`${text}\n`);
    const isRight = detections.every(({ expected, report }) => report.verdict.type === expected);
    return isRight ? EXIT.ok : EXIT.inconclusive;
  });

async function inRunning(lab: RunningLab, context: Context): Promise<readonly LabDetection[]> {
  using progress = await createProgress(context);
  return await detectIn(lab, { progress: progress.line, signal: context.signal });
}

/** Detects in a new lab, which is gone when this resolves or rejects. */
async function inOwn({ clients, all = false, nat }: LabWords, context: Context): Promise<readonly LabDetection[]> {
  using progress = await createProgress(context);
  const { signal } = context;
  const options = { clientsPerNat: clients, all, chosen: chosenAccesses(nat) };
  await using lab = await startKeptLab(options, { progress: progress.line, signal });
  const detections = await detectIn(lab.running, { progress: progress.line, signal });
  progress.line('ending the lab');
  return detections;
}

async function detectIn(
  lab: RunningLab,
  { progress, signal }: { readonly progress: (line: string) => void; readonly signal: AbortSignal },
): Promise<readonly LabDetection[]> {
  progress('detecting from every client at once');
  return unlessAborted(detectFromAll(lab), signal);
}
