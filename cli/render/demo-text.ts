/** Renders what `natcheck demo` shows. */
import { Chalk } from 'chalk';
import type { NatProfile } from '../../lab/profiles.ts';
import type { DetectReport } from '../../src/nat/report.ts';
import { detectionTable } from './detection-table.ts';
import { type GridPunch, punchGrid } from './grid/punch-grid.ts';
import { hang } from './layout/wrap.ts';

export interface DemoDetection {
  readonly profile: NatProfile;
  readonly report: DetectReport;
}

export interface Demo {
  readonly detections: readonly DemoDetection[];
  readonly punches: readonly GridPunch[];
}

/** Returns lines without a trailing newline. */
export function renderDemo(
  { detections, punches }: Demo,
  { color, columns = null }: { readonly color: boolean; readonly columns?: number | null },
): string {
  const paint = new Chalk({ level: color ? 1 : 0 });
  const rows = detections.map(({ profile: { name }, report }) => ({ label: name, expected: name, report }));
  const heading = (text: string): string => hang('', paint.bold(text), columns);
  return [
    heading('Four simulated NATs, each with a client behind it: 40 ms round trip, 2 % of the packets lost each way'),
    '',
    ...detectionTable(rows, { color, columns, shows: 'probes' }),
    '',
    heading(
      'Two peers punch, each behind one of these NATs: 80 ms round trip; times run from the common start to the path',
    ),
    '',
    ...punchGrid(punches, { color, columns }),
  ].join('\n');
}
