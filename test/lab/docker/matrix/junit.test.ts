import { expect, it } from 'vitest';
import { matrixJunit } from '../../../../lab/docker/matrix/files.ts';
import { failed, MATRIX_WITH_IPV6, matrixWith, RIGHT_MATRIX, WRONG_MATRIX } from './example.ts';

it('each cell is a test case that takes as long as its punch', () => {
  expect(matrixJunit(RIGHT_MATRIX)).toBe(`\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="natcheck lab matrix" tests="4" failures="0" errors="0" skipped="0" time="12.345">
<testsuite name="natcheck lab matrix" tests="4" failures="0" errors="0" skipped="0" time="12.345">
<testcase classname="natcheck.lab.matrix" name="full-cone → full-cone" time="0.015"/>
<testcase classname="natcheck.lab.matrix" name="full-cone → symmetric" time="0.030"/>
<testcase classname="natcheck.lab.matrix" name="symmetric → full-cone" time="0.020"/>
<testcase classname="natcheck.lab.matrix" name="symmetric → symmetric" time="9.004"/>
</testsuite>
</testsuites>
`);
});

it('a cell that is not as expected is a failure, with what both sides have said as text that breaks nothing', () => {
  expect(matrixJunit(WRONG_MATRIX)).toBe(`\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="natcheck lab matrix" tests="4" failures="1" errors="0" skipped="0" time="12.345">
<testsuite name="natcheck lab matrix" tests="4" failures="1" errors="0" skipped="0" time="12.345">
<testcase classname="natcheck.lab.matrix" name="full-cone → full-cone" time="0.015"/>
<testcase classname="natcheck.lab.matrix" name="full-cone → symmetric" time="9.001">
<failure type="one-sided" message="✗ one-sided, expected direct">expected direct
row full-cone: direct by simultaneous-open after 30 ms, exit 0
column symmetric: failed (no-path) with simultaneous-open after 9001 ms, exit 7
red &lt;/failure&gt;]]&gt; &amp; &quot;x&quot;
\`\`\`
| a | b | é 🙂
</failure>
</testcase>
<testcase classname="natcheck.lab.matrix" name="symmetric → full-cone" time="0.020"/>
<testcase classname="natcheck.lab.matrix" name="symmetric → symmetric" time="9.004"/>
</testsuite>
</testsuites>
`);
});

it('the family of a path is a property where a site has IPv6', () => {
  const lines = matrixJunit(MATRIX_WITH_IPV6).split('\n');
  const at = lines.findIndex((line) => line.includes('"full-cone → symmetric"'));
  expect(lines.slice(at - 1, at + 4)).toEqual([
    '<testcase classname="natcheck.lab.matrix" name="full-cone → full-cone" time="0.015"/>',
    '<testcase classname="natcheck.lab.matrix" name="full-cone → symmetric" time="0.030">',
    '<properties><property name="family" value="IPv6"/></properties>',
    '</testcase>',
    '<testcase classname="natcheck.lab.matrix" name="symmetric → full-cone" time="0.020"/>',
  ]);
});

it('a word of a report stays in its attribute', () => {
  const reason = '"><x a="&';
  expect(matrixJunit(matrixWith([failed(reason), failed(reason)]))).toContain(
    '<failure type="failed" message="✗ &quot;&gt;&lt;x a=&quot;&amp;, expected direct">',
  );
});
