import { expect, it } from 'vitest';
import { renderMatrix, renderMatrixProgress } from '../../../../cli/render/grid/matrix-text.ts';
import { RIGHT_MATRIX, WRONG_MATRIX } from '../../../lab/docker/matrix/example.ts';

it('a matrix is shown as a grid, with where it has been written', () => {
  expect(renderMatrix(RIGHT_MATRIX, { color: false, paths: ['out/matrix.md', 'out/matrix.svg'] })).toBe(`\
           full-cone     symmetric
full-cone  direct 15 ms  direct 30 ms
symmetric  direct 20 ms  no path

4 of 4 pairs as expected, in 12.3 s
out/matrix.md
out/matrix.svg`);
});

it('what is not as expected is marked, and told from both sides', () => {
  expect(renderMatrix(WRONG_MATRIX, { color: false, paths: [] })).toBe(`\
           full-cone     symmetric
full-cone  direct 15 ms  ✗ one-sided
symmetric  direct 20 ms  no path

full-cone → symmetric: ✗ one-sided, expected direct
  row full-cone: direct by simultaneous-open after 30 ms, exit 0
  column symmetric: failed (no-path) with simultaneous-open after 9001 ms, exit 7

3 of 4 pairs as expected, in 12.3 s`);
});

it('is green where it is as expected, and red where it is not', () => {
  const text = renderMatrix(WRONG_MATRIX, { color: true, paths: [] });
  expect(text).toContain('\u001b[32mdirect 15 ms\u001b[39m');
  expect(text).toContain('\u001b[31m✗ one-sided\u001b[39m');
  expect(text).toContain('\u001b[32mno path\u001b[39m');
});

it('each pair is a line of its own as it is done', () => {
  const [, cell] = WRONG_MATRIX.cells;
  if (!cell) throw new Error('no cell');
  expect(renderMatrixProgress({ cell, done: 7, total: 16 })).toBe(' 7 of 16  full-cone → symmetric: ✗ one-sided');
});
