/** Renders a table of NATs: what each one is, what it was detected as, and what that took. */
import { Chalk } from 'chalk';
import { formatEndpoint } from '../../src/endpoint.ts';
import type { DetectReport } from '../../src/nat/report.ts';
import { alignColumns } from './layout/table.ts';
import { visibleIn } from './layout/visible-in.ts';

export interface Detection {
  /** The name of the row. */
  readonly label: string;
  /** The right verdict. */
  readonly expected: string;
  readonly report: DetectReport;
}

export interface DetectionTableOptions {
  readonly color: boolean;
  /** The further column: where each NAT is seen, or how many packets the detection took. */
  readonly shows: 'public-endpoint' | 'probes';
  /** The terminal's width; null or left out where there is no terminal. */
  readonly columns?: number | null;
}

/** Returns lines, with a right verdict in green and a wrong one in red. */
export function detectionTable(
  detections: readonly Detection[],
  { color, shows, columns = null }: DetectionTableOptions,
): readonly string[] {
  const paint = new Chalk({ level: color ? 1 : 0 });
  const head = [
    'NAT',
    'detected as',
    'mapping',
    'filtering',
    shows === 'probes' ? 'probes' : 'public endpoint',
    'time',
  ];
  const rows = visibleIn(detections).map(({ label, expected, report }) => {
    const { verdict, mapping, filtering, probes, elapsedMs } = report;
    const endpoint = report.public ? formatEndpoint(report.public) : '-';
    const sends = probes.reduce((sum, probe) => sum + probe.sends, 0);
    return [
      label,
      (verdict.type === expected ? paint.green : paint.red)(verdict.type),
      mapping.behavior,
      filtering.behavior,
      shows === 'probes' ? String(sends) : endpoint,
      `${elapsedMs} ms`,
    ];
  });
  return alignColumns([head.map((title) => paint.dim(title)), ...rows], { columns, hasHead: true });
}
