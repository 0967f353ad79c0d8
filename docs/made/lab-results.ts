/** The tables and grids of docs/lab-results.md: what real runs of the lab files have found, judged by what is expected today. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderRun } from '../../cli/render/grid/run-text.ts';
import { parseLabFile } from '../../lab/file/read.ts';
import { timeWords } from '../../lab/results/amounts.ts';
import { rateOf } from '../../lab/results/run/words.ts';
import type { ExpectedCell, Outcome, RunCell, RunResult } from '../../lab/results/run-result.ts';
import { expectedCell, isExpected } from '../../lab/run/expectation.ts';
import type { PathSeen } from '../../lab/witness/path-seen.ts';
import type { Maker } from './blocks.ts';
import { FOREIGN_PROGRAMS, type ForeignProgram } from './foreign-programs.ts';
import { markdownTable } from './table.ts';

/** What is kept of a run by `npm run lab:foreign`. */
export interface RecordedRun {
  /** Such as 2026-11-29. */
  readonly date: string;
  /** Of the machine, such as `2 × AMD EPYC 7B13`. */
  readonly processors: string;
  /** The machine's load average over a minute when the run began: how many processes wanted a processor. */
  readonly load: number;
  readonly versions: readonly { readonly name: string; readonly version: string }[];
  readonly elapsedMs: number;
  readonly cells: readonly RecordedCell[];
}

interface RecordedCell {
  readonly a: string;
  readonly b: string;
  readonly outcome: Outcome;
  readonly ms: number | null;
  readonly reason: string | null;
  readonly path: PathSeen | null;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function recordedPath({ name }: ForeignProgram): string {
  return `${ROOT}docs/made/recorded/foreign/${name}.json`;
}

/** The run of a program that was recorded, as the command would give it with the lab file of today. */
export function recordedResult(program: ForeignProgram): RunResult {
  const file = parseLabFile(readFileSync(ROOT + program.file, 'utf8'), { file: program.file, dir: ROOT });
  const { elapsedMs, cells: kept } = recordedRun(program);
  const cells = kept.map((cell): RunCell => {
    const [a, b] = [access(file.rows, cell.a), access(file.columns, cell.b)];
    return judged(cell, expectedCell(file.expect, a, b));
  });
  return {
    schema: 'natcheck.lab-run/1',
    name: file.name,
    rows: file.rows.map(({ name }) => name),
    columns: file.columns.map(({ name }) => name),
    isAsExpected: cells.every(({ isAsExpected }) => isAsExpected),
    pairs: cells.length,
    isComplete: true,
    elapsedMs,
    cells,
  };
}

function recordedRun(program: ForeignProgram): RecordedRun {
  const path = recordedPath(program);
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run lab:foreign -- ${program.name}`);
  return JSON.parse(readFileSync(path, 'utf8')) as RecordedRun;
}

function judged({ a, b, outcome, ms, reason, path }: RecordedCell, expected: ExpectedCell): RunCell {
  const isAsExpected = isExpected(outcome, expected);
  const one = { outcome, isAsExpected, reason, ms, path, ladder: null, sides: [], faults: [] };
  return { a, b, expected, isAsExpected, tries: [one] };
}

function access<A extends { readonly name: string }>(all: readonly A[], name: string): A {
  const found = all.find((one) => one.name === name);
  if (!found)
    throw new Error(`the record of a lab file names ${name}, which the file has no more: run npm run lab:foreign`);
  return found;
}

const COLUMNS = [
  { head: 'program' },
  { head: 'language' },
  { head: 'version' },
  { head: 'direct', align: 'right' },
  { head: 'relayed', align: 'right' },
  { head: 'no path', align: 'right' },
  { head: 'direct of the 13', align: 'right' },
  { head: 'median', align: 'right' },
  { head: 'recorded' },
] as const;

/** One row for each program. */
export function labResults(): string {
  return markdownTable(COLUMNS, FOREIGN_PROGRAMS.map(summaryRow));
}

function summaryRow(program: ForeignProgram): readonly string[] {
  const { date, versions } = recordedRun(program);
  const { cells } = recordedResult(program);
  const { medianMs } = rateOf(cells.map(({ tries: [one] }) => one));
  const isDirect = ({ tries: [one] }: RunCell): boolean => one.outcome === 'direct';
  const count = (outcome: Outcome): string => `${cells.filter(({ tries: [one] }) => one.outcome === outcome).length}`;
  return [
    `[${program.name}](#${program.name})`,
    program.language,
    versions.map(({ name, version }) => `${name} ${version}`).join(', '),
    count('direct'),
    count('relayed'),
    count('none'),
    `${cells.filter((cell) => isDirect(cell) && isPlain(cell)).length}`,
    medianMs === null ? '' : timeWords(medianMs),
    date,
  ];
}

/** Whether sending to what a server saw is enough: all pairs but those of a symmetric NAT with itself or a port-restricted one. */
function isPlain({ a, b }: RunCell): boolean {
  const hard = ['port-restricted', 'symmetric'];
  return !(hard.includes(a) && hard.includes(b) && (a === 'symmetric' || b === 'symmetric'));
}

/** By the names of their blocks: the grid of each program, as the command prints it. */
export const labResultGrids: Readonly<Record<string, Maker>> = Object.fromEntries(
  FOREIGN_PROGRAMS.map((program) => [`lab-results-${program.name}`, () => gridOf(program)]),
);

function gridOf(program: ForeignProgram): string {
  const { date, processors, load, versions } = recordedRun(program);
  const text = renderRun(recordedResult(program), { color: false, paths: [] });
  const what = versions.map(({ name, version }) => `${name} ${version}`).join(', ');
  return [`${what}; recorded on ${date}, on ${processors} with a load of ${load}.`, '', '```text', text, '```'].join(
    '\n',
  );
}
