/** The table of `natcheck demo`: what each NAT is, what it was found to be, and what that took. */
import { Chalk } from 'chalk';
import type { NatProfile } from '../../lab/profiles.ts';
import { formatEndpoint } from '../../src/endpoint.ts';
import type { DetectReport } from '../../src/nat/report.ts';
import { alignColumns } from './table.ts';

export interface DemoDetection {
  readonly profile: NatProfile;
  readonly report: DetectReport;
}

/** Lines without a trailing newline. */
export function renderDemo(detections: readonly DemoDetection[], { color }: { readonly color: boolean }): string {
  const paint = new Chalk({ level: color ? 1 : 0 });
  const head = ['NAT', 'detected as', 'mapping', 'filtering', 'public endpoint', 'probes', 'time'];
  const rows = detections.map(({ profile, report }) => {
    const { verdict, mapping, filtering, probes, elapsedMs } = report;
    const isRight = verdict.type === profile.name;
    return [
      profile.name,
      (isRight ? paint.green : paint.red)(verdict.type),
      mapping.behavior,
      filtering.behavior,
      report.public ? formatEndpoint(report.public) : '-',
      String(probes.reduce((sum, { sends }) => sum + sends, 0)),
      `${elapsedMs} ms`,
    ];
  });
  return [
    paint.bold('Four simulated NATs, each with a client behind it: 40 ms round trip, 2 % of the packets lost each way'),
    '',
    ...alignColumns([head.map((title) => paint.dim(title)), ...rows]),
  ].join('\n');
}
