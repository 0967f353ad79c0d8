/** A grid as JUnit XML, for whatever shows test results: one test case for each cell. */
import { type Fact, type Grid, type GridCell, type GridTry, pairWords, wrongCells } from './grid.ts';
import { outputTail } from './output-text.ts';
import { escapeXml } from './printable.ts';

/** Of one program in one try; what shows test results shows no logs. All of it is in the JSON. */
const TAIL = { lines: 200, characters: 2_000 };

/** The time of a case is that of its pair, the time of the suite that of the whole run, in which pairs run side by side. */
export function gridJunit(grid: Grid): string {
  const { cells, elapsedMs } = grid;
  const suite = escapeXml(grid.suite.name);
  const counts = `tests="${cells.length}" failures="${wrongCells(grid).length}" errors="0" skipped="0" time="${seconds(elapsedMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${suite}" ${counts}>`,
    `<testsuite name="${suite}" ${counts}>`,
    ...cells.map((cell) => testCase(cell, grid)),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(cell: GridCell, { suite }: Grid): string {
  const { result, detail, outcome, ms, isAsExpected } = cell;
  const open = `<testcase classname="${escapeXml(suite.className)}" name="${escapeXml(pairWords(cell))}" time="${seconds(ms ?? 0)}"`;
  const properties = propertiesText(cell.properties);
  if (isAsExpected) return properties === '' ? `${open}/>` : `${open}>${properties}\n</testcase>`;
  const failure = `<failure type="${escapeXml(outcome)}" message="${escapeXml(`${result}, ${detail}`)}">`;
  return `${open}>${properties}\n${failure}${escapeXml(failureText(cell))}</failure>\n</testcase>`;
}

function propertiesText(properties: readonly Fact[]): string {
  if (properties.length === 0) return '';
  const each = properties.map(({ name, value }) => `<property name="${escapeXml(name)}" value="${escapeXml(value)}"/>`);
  return `\n<properties>${each.join('')}</properties>`;
}

function failureText({ detail, facts, tries }: GridCell): string {
  return [
    detail,
    ...facts.map(factText),
    ...tries.flatMap((one, index) => tryText(one, tries.length > 1 ? index + 1 : null)),
    '',
  ].join('\n');
}

function tryText({ result, facts, outputs }: GridTry, number: number | null): readonly string[] {
  return [
    ...(number === null ? [] : [`try ${number}: ${result}`]),
    ...facts.map(factText),
    ...outputs.flatMap((output) => [output.title, ...outputTail(output, TAIL)]),
  ];
}

function factText({ name, value }: Fact): string {
  return `${name}: ${value}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
