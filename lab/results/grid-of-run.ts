/** The result of a lab file as a grid. */
import type { Grid, GridCell, GridOutput, GridTry } from './grid.ts';
import { headlineOf } from './headline.ts';
import { cellFacts, propertiesOf, tryFacts } from './run/facts.ts';
import { detailWords, isSuccess, rateOf, resultWords, tryWords } from './run/words.ts';
import type { RunCell, RunResult, SideEnd, Try } from './run-result.ts';

export function gridOfRun({ name, about = [], rows, columns, elapsedMs, pairs, cells }: RunResult): Grid {
  const right = cells.filter(({ isAsExpected }) => isAsExpected).length;
  const leftOut = rows.length * columns.length - pairs;
  const notReached = pairs - cells.length;
  return {
    title: name,
    headline: headlineOf({ right, done: cells.length, elapsedMs, leftOut, notReached }),
    note: 'Each row is what side a is behind, each column what side b is behind. The routers tell which path is direct, not the program.',
    corner: 'a ↓ b →',
    about,
    suite: { name: `natcheck lab run: ${name}`, className: `natcheck.lab.run.${name.replaceAll(/[^\w-]+/g, '_')}` },
    rows,
    columns,
    elapsedMs,
    cells: cells.map(gridCell),
  };
}

function gridCell(cell: RunCell): GridCell {
  const { a, b, isAsExpected, tries } = cell;
  return {
    a,
    b,
    result: resultWords(cell),
    detail: detailWords(cell),
    frame: !isAsExpected ? 'wrong' : tries.some(isSuccess) ? 'open' : 'closed',
    isAsExpected,
    outcome: (tries.find((one) => one.isAsExpected === isAsExpected) ?? tries[0]).outcome,
    ms: tries.length === 1 ? tries[0].ms : rateOf(tries).medianMs,
    properties: propertiesOf(cell),
    facts: cellFacts(cell),
    tries: tries.map((one) => gridTry(cell, one)),
  };
}

function gridTry(cell: RunCell, one: Try): GridTry {
  return {
    result: tryWords(one),
    isAsExpected: one.isAsExpected,
    facts: tryFacts(one),
    outputs: one.sides.map((side) => outputOf(cell, side)),
    ladder: one.ladder,
  };
}

function outputOf({ a, b }: RunCell, { name, exitCode, output }: SideEnd): GridOutput {
  const access = name === 'a' ? ` ${a}` : name === 'b' ? ` ${b}` : '';
  const end = exitCode === null ? 'ended by the lab' : `exit ${exitCode}`;
  return {
    title: `${name}${access}: ${end}`,
    lines: output.map(({ atMs, stream, text }) => ({ atMs, isError: stream === 'stderr', text })),
  };
}
