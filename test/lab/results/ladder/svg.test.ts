import { expect, it } from 'vitest';
import { ladderSvg } from '../../../../lab/results/ladder/svg.ts';
import { HOSTILE_TEXT, LADDER, step } from '../example.ts';
import { overlaps } from './text-boxes.ts';

const textsOf = (svg: string): readonly string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = '']) => text);

it('packets are arrows with their time, their kind and their size; a dropped one ends at its router with the reason', () => {
  const svg = ladderSvg(LADDER, 60);
  expect(textsOf(svg)).toEqual([
    ...['a', 'a&#39;s router', 'lighthouse', 'b&#39;s router', 'b'].map((name) => name.replace('&#39;', "'")),
    ...['0.012', 'nebula handshake, 148 B'],
    ...['0.014', 'nebula handshake, 180 B'],
    ...['0.210', 'UDP, 96 B', '✗ no mapping'],
    ...['0.220', 'UDP, 96 B', 'another source than was sent to ✗'],
    ...['0.300', 'UDP, 40–45 B × 6 until 0.800'],
    ...['1.000', 'STUN Binding request, 20 B × 4 until 1.600'],
    ...['1.010', 'STUN Binding success response, 32 B × 4 until 1.610'],
    ...['2.000', 'UDP, 96 B'],
    '… 7 packets not drawn',
  ]);
  expect(svg.match(/class="lost"/g)).toHaveLength(2);
  expect(svg).toContain('<title>203.0.113.101:4242 → 203.0.113.102:4242</title>');
  // From the line of a to that of b's router, less the room for the mark.
  expect(svg).toContain('<path class="lost" d="M137 114H579"/>');
});

it('no text lies over another, or beyond the edge, wherever a packet ends and however much there is to say of it', () => {
  const { hosts } = LADDER;
  const [what, why] = ['STUN Binding error response: role conflict', 'another source than was sent to'];
  const steps = hosts.flatMap((from) =>
    hosts.flatMap((to) =>
      hosts
        .filter((at) => from !== to && at !== from)
        .map((at, index) => step(index, { from, to, what, dropped: { at, why } })),
    ),
  );
  expect(overlaps(ladderSvg({ hosts, steps, omitted: 0 }, 200))).toEqual([]);
  const [near = '', far = ''] = hosts;
  const short = { hosts: [near, far], steps: steps.filter(({ from, to }) => from === far && to === near), omitted: 0 };
  expect(overlaps(ladderSvg(short, 200))).toEqual([]);
});

it('of too many it draws the beginning and the end', () => {
  const steps = Array.from({ length: 30 }, (_, index) => step(index, { what: `kind ${index}` }));
  const texts = textsOf(ladderSvg({ ...LADDER, steps, omitted: 0 }, 6));
  expect(texts.filter((text) => text.startsWith('kind'))).toEqual(
    [0, 1, 2, 3, 28, 29].map((index) => `kind ${index}, 96 B`),
  );
  expect(texts).toContain('… 24 packets not drawn');
});

it('whatever a packet is called, it is text', () => {
  const svg = ladderSvg({ hosts: ['a'], steps: [step(0, { what: HOSTILE_TEXT, to: 'elsewhere' })], omitted: 0 }, 5);
  expect(svg).not.toContain('<script');
  expect(svg).not.toContain('NaN');
  expect(textsOf(svg)).toContain('elsewhere');
});

it('where there is too much of others, what goes between the two sides is drawn first', () => {
  const others = (from: number) =>
    Array.from({ length: 20 }, (_, index) => step(from + index, { to: 'lighthouse', what: `talk ${from + index}` }));
  const steps = [...others(0), step(50, { what: 'first' }), ...others(60), step(90, { what: 'second' })];
  expect(
    textsOf(ladderSvg({ ...LADDER, steps, omitted: 3 }, 4)).filter((text) => /^(talk|first|second|…)/.test(text)),
  ).toEqual([
    'talk 0, 96 B',
    'talk 1, 96 B',
    '… 18 packets not drawn',
    'first, 96 B',
    '… 23 packets not drawn',
    'second, 96 B',
  ]);
});
