import { expect, it } from 'vitest';
import { matrixMarkdown } from '../../../../lab/docker/matrix/files.ts';
import { direct, directTo, failed, MATRIX_WITH_IPV6, matrixWith, RIGHT_MATRIX, WRONG_MATRIX } from './example.ts';

it('a matrix that is as expected is one grid', () => {
  expect(matrixMarkdown(RIGHT_MATRIX)).toBe(`\
# NAT matrix

4 of 4 pairs as expected, in 12.3 s. Each row punches with each column; both sides have to say the same.

| from ↓ to → | full-cone | symmetric |
| --- | --- | --- |
| **full-cone** | direct 15 ms<br>simultaneous-open | direct 30 ms<br>simultaneous-open |
| **symmetric** | direct 20 ms<br>simultaneous-open | no path<br>needs relay |
`);
});

it('the family of a path is told where a site has IPv6, and both where the sides do not agree', () => {
  expect(matrixMarkdown(MATRIX_WITH_IPV6)).toContain(
    '| **full-cone** | direct 15 ms<br>simultaneous-open | direct 30 ms, IPv6<br>simultaneous-open |',
  );
  const sides = [directTo('2001:db8:2::2', 30), directTo('203.0.113.101', 28)] as const;
  expect(matrixMarkdown(matrixWith(sides, { hasIpv6: true }))).toContain('direct 30 ms, IPv6 / IPv4<br>');
  expect(matrixMarkdown(matrixWith(sides))).toContain('direct 30 ms<br>');
});

it('a cell that is not as expected is marked, and shown with what both sides have said, whatever that is', () => {
  expect(matrixMarkdown(WRONG_MATRIX)).toBe(`\
# NAT matrix

3 of 4 pairs as expected, in 12.3 s. Each row punches with each column; both sides have to say the same.

| from ↓ to → | full-cone | symmetric |
| --- | --- | --- |
| **full-cone** | direct 15 ms<br>simultaneous-open | **✗ one-sided**<br>expected direct |
| **symmetric** | direct 20 ms<br>simultaneous-open | no path<br>needs relay |

## Not as expected

### full-cone → symmetric: ✗ one-sided, expected direct

- row full-cone: direct by simultaneous-open after 30 ms, exit 0

- column symmetric: failed (no-path) with simultaneous-open after 9001 ms, exit 7

\`\`\`\`text
red </failure>]]> & "x"
\`\`\`
| a | b | é 🙂
\`\`\`\`
`);
});

it('a word of a report is text, and stays in its cell', () => {
  const reason = 'a|b\n*c* <d> [e]`f`';
  const text = matrixMarkdown(matrixWith([direct(30), failed('no-path')]));
  const hostile = matrixMarkdown(matrixWith([failed(reason), failed(reason)]));
  expect(hostile).toContain('| **✗ a\\|b \\*c\\* \\<d\\> \\[e\\]\\`f\\`**<br>expected direct |');
  expect(hostile.split('\n')).toHaveLength(text.split('\n').length);
});
