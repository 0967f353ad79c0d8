/** A table of NATs: what each one is, what it was found to be, and what that took. */
import { Chalk } from 'chalk';
import { formatEndpoint } from '../../src/endpoint.ts';
import type { DetectReport } from '../../src/nat/report.ts';
import { alignColumns } from './table.ts';

export interface Detection {
  /** What the row is called. */
  readonly label: string;
  /** The verdict that is right. */
  readonly expected: string;
  readonly report: DetectReport;
}

export interface TableOptions {
  readonly color: boolean;
  /** A column with the number of packets sent. */
  readonly probes: boolean;
}

/** Lines; a verdict is green when it is right, and red when it is not. */
export function detectionTable(detections: readonly Detection[], { color, probes }: TableOptions): readonly string[] {
  const paint = new Chalk({ level: color ? 1 : 0 });
  const optional = (cell: string): readonly string[] => (probes ? [cell] : []);
  const head = ['NAT', 'detected as', 'mapping', 'filtering', 'public endpoint', ...optional('probes'), 'time'];
  const rows = detections.map(({ label, expected, report }) => {
    const { verdict, mapping, filtering, elapsedMs } = report;
    return [
      label,
      (verdict.type === expected ? paint.green : paint.red)(verdict.type),
      mapping.behavior,
      filtering.behavior,
      report.public ? formatEndpoint(report.public) : '-',
      ...optional(String(report.probes.reduce((sum, { sends }) => sum + sends, 0))),
      `${elapsedMs} ms`,
    ];
  });
  return alignColumns([head.map((title) => paint.dim(title)), ...rows]);
}
