import { describe, expect, it } from 'vitest';
import { matrixSvg } from '../../../../lab/docker/matrix/files.ts';
import { contrast } from '../../results/html/contrast.ts';
import { failed, matrixWith, RIGHT_MATRIX, WRONG_MATRIX } from './example.ts';

const withoutStyle = (svg: string): string => svg.replace(/<style>.*<\/style>\n/s, '');

it('the picture is the grid with its words, and says the same to those who do not see it', () => {
  expect(withoutStyle(matrixSvg(RIGHT_MATRIX))).toBe(`\
<svg xmlns="http://www.w3.org/2000/svg" width="469" height="170" viewBox="0 0 469 170" role="img" aria-labelledby="matrix-title matrix-desc">
<title id="matrix-title">NAT matrix: 4 of 4 pairs as expected, in 12.3 s</title>
<desc id="matrix-desc">full-cone → full-cone: direct 15 ms, simultaneous-open. full-cone → symmetric: direct 30 ms, simultaneous-open. symmetric → full-cone: direct 20 ms, simultaneous-open. symmetric → symmetric: no path, needs relay.</desc>
<rect class="ground" x="0.5" y="0.5" width="468" height="169" rx="8"/>
<text class="head" x="16" y="28">NAT matrix: 4 of 4 pairs as expected, in 12.3 s</text>
<text class="name" x="119" y="50">full-cone</text>
<text class="name" x="273" y="50">symmetric</text>
<text class="name" x="16" y="85">full-cone</text>
<g><title>full-cone → full-cone: direct 15 ms, simultaneous-open.</title>
<rect class="open" x="109" y="58" width="150" height="44" rx="4"/>
<text class="result" x="119" y="77">direct 15 ms</text>
<text class="detail" x="119" y="94">simultaneous-open</text></g>
<g><title>full-cone → symmetric: direct 30 ms, simultaneous-open.</title>
<rect class="open" x="263" y="58" width="150" height="44" rx="4"/>
<text class="result" x="273" y="77">direct 30 ms</text>
<text class="detail" x="273" y="94">simultaneous-open</text></g>
<text class="name" x="16" y="133">symmetric</text>
<g><title>symmetric → full-cone: direct 20 ms, simultaneous-open.</title>
<rect class="open" x="109" y="106" width="150" height="44" rx="4"/>
<text class="result" x="119" y="125">direct 20 ms</text>
<text class="detail" x="119" y="142">simultaneous-open</text></g>
<g><title>symmetric → symmetric: no path, needs relay.</title>
<rect class="closed" x="263" y="106" width="150" height="44" rx="4"/>
<text class="result" x="273" y="125">no path</text>
<text class="detail" x="273" y="142">needs relay</text></g>
</svg>
`);
});

it('a cell that is not as expected has a mark, what was expected, and a frame of its own', () => {
  expect(matrixSvg(WRONG_MATRIX)).toContain(`\
<g><title>full-cone → symmetric: ✗ one-sided, expected direct.</title>
<rect class="wrong" x="263" y="58" width="150" height="44" rx="4"/>
<text class="result" x="273" y="77">✗ one-sided</text>
<text class="detail" x="273" y="94">expected direct</text></g>`);
  expect(matrixSvg(WRONG_MATRIX)).toContain('.wrong{stroke-width:3;stroke-dasharray:6 3}');
});

it('a word of a report is text, and has the room that it needs', () => {
  const reason = '</text><script>&"'.repeat(3);
  const svg = matrixSvg(matrixWith([failed(reason), failed(reason)]));
  expect(svg).not.toContain('<script');
  expect(svg).toContain('✗ &lt;/text&gt;&lt;script&gt;&amp;&quot;');
  expect(svg).toContain('width="423" height="44"');
});

describe.each(['light', 'dark'] as const)('in the %s', (scheme) => {
  const [light = '', dark = ''] = matrixSvg(RIGHT_MATRIX).split('@media (prefers-color-scheme:dark)');
  const style = scheme === 'light' ? light : dark;
  const fillOf = (rule: string): string => new RegExp(`${rule}\\{[^}]*fill:(#[0-9a-f]{6})`).exec(style)?.[1] ?? '';

  it.each(['ground', 'open', 'closed', 'wrong'])(
    'the text on %s has the contrast that WCAG asks for at its best level',
    (frame) => {
      expect(contrast(fillOf('text'), fillOf(`\\.${frame}`))).toBeGreaterThan(7);
    },
  );
});
