import { expect, it } from 'vitest';
import { gridOfRun } from '../../../lab/results/grid-of-run.ts';
import { gridJunit } from '../../../lab/results/junit.ts';
import { gridMarkdown } from '../../../lab/results/markdown.ts';
import { gridSvg } from '../../../lab/results/svg.ts';
import { cellOf, LOST_TRY, line, RUN, runOf, side, tryOf } from './example.ts';

const [FIRST] = RUN.cells;
const HALF = gridOfRun(runOf(FIRST ? [FIRST] : [], { pairs: 1 }));

it('Markdown has the grid, and of what went wrong the reason, the evidence and the last 20 lines of each program', () => {
  const text = gridMarkdown(gridOfRun(RUN));
  expect(text).toContain(
    '| **full-cone** | direct 117 ms<br>by simultaneous opening | **✗ no path**<br>expected direct |',
  );
  expect(text.slice(text.indexOf('## Not as expected'))).toBe(`\
## Not as expected

### full-cone → symmetric: ✗ no path, expected direct

- expected: direct, by simultaneous opening

- reason: no line of b matched /connected/ within 30 s
- path: none
- evidence: no packet of one side left the router of the other toward it
- fault: b's router forgets all mappings, after 3004 ms
- fault: did not happen: lighthouse is killed: b did not print /up/ in time

- a full-cone: ended by the lab

\`\`\`\`text
  0.003   starting
  4.000 ! </pre><script>alert("1")</script> & \`\`\` | ]]> \\u202egnp
\`\`\`\`

- b symmetric: exit 1

\`\`\`text
(5 lines before)
${Array.from({ length: 20 }, (_, index) => `${`${index + 5}.000`.padStart(7)}   try ${index + 6}`).join('\n')}
\`\`\`

- lighthouse: ended by the lab
`);
});

it('Markdown stays below what GitHub takes for a summary, and counts what is not in it', () => {
  const loud = Array.from({ length: 20 }, (_, index) => line(index, 'x'.repeat(10_000)));
  const cells = Array.from({ length: 200 }, (_, index) =>
    cellOf([`n${index}`, 'full-cone'], [{ ...LOST_TRY, sides: [side('a', loud)] }]),
  );
  const text = gridMarkdown(
    gridOfRun(runOf(cells, { rows: cells.map(({ a }) => a), columns: ['full-cone'], pairs: 200 })),
  );
  expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
  const sections = text.split('\n### ').length - 1;
  expect(text.endsWith(`\n${200 - sections} more are in the other files.\n`)).toBe(true);
  expect(sections).toBeGreaterThan(90);
});

it('JUnit has the path and whom it went through as properties', () => {
  const xml = gridJunit(gridOfRun(RUN));
  expect(xml).toContain(
    '<testsuite name="natcheck lab run: nebula" tests="4" failures="1" errors="0" skipped="0" time="74.012">',
  );
  expect(xml).toContain(`\
<testcase classname="natcheck.lab.run.nebula" name="symmetric → symmetric" time="0.530">
<properties><property name="expected" value="any-path"/><property name="path" value="relayed"/><property name="via" value="lighthouse"/></properties>
</testcase>`);
  expect(xml).toContain('<failure type="none" message="✗ no path, expected direct">');
  expect(xml).toContain('&lt;/pre&gt;&lt;script&gt;');
});

it('a pair that was left out is an empty cell', () => {
  expect(gridMarkdown(HALF)).toContain(
    '| **full-cone** | direct 117 ms<br>by simultaneous opening |  |\n| **symmetric** |  |  |',
  );
  expect(gridSvg(HALF).match(/<rect class="(open|closed|wrong)"/g)).toEqual(['<rect class="open"']);
  expect(gridJunit(HALF)).toContain('tests="1"');
});

it('of many tries that went wrong, Markdown tells three', () => {
  const tries = [tryOf(), LOST_TRY, LOST_TRY, LOST_TRY, LOST_TRY] as const;
  const text = gridMarkdown(gridOfRun(runOf([cellOf(['full-cone', 'symmetric'], tries)])));
  expect(text.match(/^#### .*$/gm)).toEqual([
    '#### Try 2: ✗ no path',
    '#### Try 3: ✗ no path',
    '#### Try 4: ✗ no path',
  ]);
  expect(text).toContain('\n1 more ended as they should not.\n');
});
