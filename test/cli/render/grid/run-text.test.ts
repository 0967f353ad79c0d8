import { expect, it } from 'vitest';
import { renderRun, renderRunProgress } from '../../../../cli/render/grid/run-text.ts';
import { RUN, runOf } from '../../../lab/results/example.ts';

it('a run is shown as a grid, with what is not as expected, and where it has been written', () => {
  expect(renderRun(RUN, { color: false, paths: ['out/results.html'] })).toBe(`\
           full-cone      symmetric
full-cone  direct 117 ms  ✗ no path
symmetric  direct 12.3 s  relayed 530 ms

full-cone → symmetric: ✗ no path, expected direct
  reason: no line of b matched /connected/ within 30 s
  path: none
  evidence: no packet of one side left the router of the other toward it
  fault: b's router forgets all mappings, after 3004 ms
  fault: did not happen: lighthouse is killed: b did not print /up/ in time
  a full-cone: ended by the lab
  b symmetric: exit 1
  lighthouse: ended by the lab

3 of 4 pairs as expected, in 74.0 s
out/results.html`);
});

it('a pair that was not reached is a dash, and its row is there', () => {
  const cut = runOf(RUN.cells.slice(0, 1), { isComplete: false });
  expect(renderRun(cut, { color: false, paths: [] })).toBe(`\
           full-cone      symmetric
full-cone  direct 117 ms  -
symmetric  -              -

1 of 1 pairs as expected, in 74.0 s; cut short: 3 not reached`);
});

it('each pair is a line of its own as it is done', () => {
  const [, cell] = RUN.cells;
  if (!cell) throw new Error('no cell');
  expect(renderRunProgress({ cell, done: 7, total: 16 })).toBe(' 7 of 16  full-cone → symmetric: ✗ no path');
});
