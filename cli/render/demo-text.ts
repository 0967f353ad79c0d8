/** What `natcheck demo` shows. */
import { Chalk } from 'chalk';
import type { NatProfile } from '../../lab/profiles.ts';
import type { DetectReport } from '../../src/nat/report.ts';
import { detectionTable } from './detection-table.ts';

export interface DemoDetection {
  readonly profile: NatProfile;
  readonly report: DetectReport;
}

/** Lines without a trailing newline. */
export function renderDemo(detections: readonly DemoDetection[], { color }: { readonly color: boolean }): string {
  const paint = new Chalk({ level: color ? 1 : 0 });
  const rows = detections.map(({ profile: { name }, report }) => ({ label: name, expected: name, report }));
  return [
    paint.bold('Four simulated NATs, each with a client behind it: 40 ms round trip, 2 % of the packets lost each way'),
    '',
    ...detectionTable(rows, { color, probes: true }),
  ].join('\n');
}
