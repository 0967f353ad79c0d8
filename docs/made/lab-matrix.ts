/** The matrix of docs/lab.md: what a real run of `natcheck lab matrix` has found, as the command prints it today. */
import { renderMatrix } from '../../cli/render/grid/matrix-text.ts';
import {
  type Both,
  expectationOf,
  judgeCell,
  type PeerReport,
  type PunchedSide,
} from '../../lab/docker/matrix/cell.ts';
import { MATRIX_SCHEMA, type Matrix } from '../../lab/docker/matrix/matrix.ts';
import { CLASSIC_NATS, type NatProfile } from '../../lab/profiles.ts';
import recorded from './recorded/lab-matrix.json' with { type: 'json' };

/** What is kept of a run, by `npm run docs:lab`: who reported what, row by row, and how long it took. */
export interface RecordedMatrix {
  readonly elapsedMs: number;
  readonly cells: readonly {
    readonly a: string;
    readonly b: string;
    readonly sides: Both<{ readonly exitCode: number; readonly report: PeerReport | null }>;
  }[];
}

export function labMatrix(): string {
  const text = renderMatrix(recordedMatrix(), { color: false, paths: [] });
  return ['```text', text, '```'].join('\n');
}

/** The matrix that was recorded, judged by what is expected today. */
export function recordedMatrix(): Matrix {
  const { elapsedMs, cells: kept } = recorded as unknown as RecordedMatrix;
  const cells = kept.map(({ a, b, sides }) => {
    const expected = expectationOf(behind(a), behind(b), { hasRelay: true });
    return judgeCell({ a, b, expected }, [said(sides[0]), said(sides[1])]);
  });
  return {
    schema: MATRIX_SCHEMA,
    rows: [...new Set(cells.map(({ a }) => a))],
    columns: [...new Set(cells.map(({ b }) => b))],
    isAsExpected: cells.every(({ isAsExpected }) => isAsExpected),
    elapsedMs,
    cells,
  };
}

function behind(name: string) {
  const profile: NatProfile | undefined = CLASSIC_NATS.find((nat) => nat.name === name);
  if (!profile)
    throw new Error(`docs/made/recorded/lab-matrix.json names ${name}, which is no classic NAT: run npm run docs:lab`);
  return { kind: 'nat', layers: [profile] } as const;
}

function said(side: Omit<PunchedSide, 'stderr'>): PunchedSide {
  return { ...side, stderr: '' };
}
