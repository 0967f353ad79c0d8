/** Runs the matrix in the container lab and keeps what it found for docs/lab.md: npm run docs:lab */
import { writeFileSync } from 'node:fs';
import type { PunchedSide } from '../../../lab/docker/matrix/cell.ts';
import { runMatrix } from '../../../lab/docker/matrix/run-matrix.ts';
import { startMatrixLab } from '../../../lab/docker/matrix/start-lab.ts';
import type { RecordedMatrix } from '../lab-matrix.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function record(): Promise<RecordedMatrix> {
  await using started = await startMatrixLab({ hard: false, progress: say, signal: new AbortController().signal });
  const { elapsedMs, isAsExpected, cells } = await runMatrix(started.lab, {
    onCell: ({ cell, done, total }) => say(`${done} of ${total}  ${cell.a} → ${cell.b}: ${cell.actual.outcome}`),
  });
  if (!isAsExpected) throw new Error('not every pair ended as arithmetic says: nothing is written');
  return { elapsedMs, cells: cells.map(({ a, b, sides }) => ({ a, b, sides: [kept(sides[0]), kept(sides[1])] })) };
}

/** Leaves out what differs in every run and is not shown. */
function kept({ exitCode, report }: PunchedSide): RecordedMatrix['cells'][number]['sides'][number] {
  if (!report) return { exitCode, report };
  const { outcome, reason, technique, elapsedMs } = report;
  return { exitCode, report: { outcome, reason, technique, elapsedMs } };
}

const recorded = await record();
writeFileSync(new URL('lab-matrix.json', import.meta.url), `${JSON.stringify(recorded, null, 2)}\n`);
