/** `natcheck demo`: what was detected, and the grid of punches. */
import { describe, expect, it } from 'vitest';
import { natcheckHere } from './here.ts';
import { natcheck } from './natcheck.ts';

const NATS = ['full-cone', 'restricted', 'port-restricted', 'symmetric'];
/** In the order of NATS, both ways. */
const OUTCOMES = [
  ['direct', 'direct', 'direct', 'direct'],
  ['direct', 'direct', 'direct', 'direct'],
  ['direct', 'direct', 'direct', 'direct'],
  ['direct', 'direct', 'direct', 'no path'],
];

interface DemoJson {
  readonly schema: string;
  readonly detections: readonly { readonly report: { readonly verdict: { readonly type: string } } }[];
  readonly punches: readonly {
    readonly nats: readonly [string, string];
    readonly a: { readonly outcome: string; readonly ms: number };
    readonly b: { readonly outcome: string; readonly ms: number };
  }[];
}

describe('natcheck demo', () => {
  it('shows the four NATs detected, and under a heading of its own the grid of their punches', async () => {
    const { code, stdout, stderr } = await natcheck(['demo']);
    expect([code, stderr]).toEqual([0, '']);
    const blocks = stdout.trimEnd().split('\n\n');
    expect(blocks).toHaveLength(4);
    const [, , heading, grid = ''] = blocks;
    expect(heading).toMatch(/^Two peers punch, each behind one of these NATs: 80 ms round trip; .*$/);
    const cells = grid.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(cells.map((row) => row.map((cell) => cell.replace(/ \d+ ms$/, '')))).toEqual([
      NATS,
      ...OUTCOMES.map((row, index) => [NATS[index], ...row]),
    ]);
  });

  it('--json gives each pair with both sides, whose later time is the one in the grid', async () => {
    const [text, json] = await Promise.all([natcheckHere(['demo']), natcheckHere(['demo', '--json'])]);
    const { schema, detections, punches }: DemoJson = JSON.parse(json.stdout);
    expect([json.code, schema]).toEqual([0, 'natcheck.demo/1']);
    expect(detections.map(({ report }) => report.verdict.type)).toEqual(NATS);
    expect(punches.map(({ nats }) => nats)).toEqual(NATS.flatMap((a) => NATS.map((b) => [a, b])));
    const outcomes = OUTCOMES.flat().map((cell) => (cell === 'direct' ? 'direct' : 'failed'));
    expect(punches.map(({ a }) => a.outcome)).toEqual(outcomes);
    expect(punches.map(({ b }) => b.outcome)).toEqual(outcomes);
    const times = punches.flatMap(({ a, b }) => (a.outcome === 'direct' ? [Math.round(Math.max(a.ms, b.ms))] : []));
    expect([...text.stdout.matchAll(/direct (\d+) ms/g)].map(([, ms]) => Number(ms))).toEqual(times);
  });

  it('comes out the same on other days: losses change times, not outcomes', async () => {
    const runs = await Promise.all([2, 3, 4].map((seed) => natcheckHere(['demo', '--seed', String(seed)])));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  it('--mesh shows five peers who all meet each other at once, and how each is reached', async () => {
    const { code, stdout, stderr } = await natcheckHere(['demo', '--mesh']);
    expect([code, stderr]).toEqual([0, '']);
    const [heading = '', grid = ''] = stdout.trimEnd().split('\n\n');
    expect(heading.replaceAll('\n', ' ')).toBe(
      '5 peers, each behind the NAT of that name and over one socket, all meet each other at once: 80 ms round trip, 2 % of the packets lost each way',
    );
    const cells = grid.split('\n').map((line) => line.trim().split(/ {2,}/));
    const peers = [...NATS, 'carrier-grade'];
    const isHard = (one: string, other: string): boolean =>
      one === 'symmetric' && (other === 'port-restricted' || other === 'carrier-grade');
    expect(cells.map((row) => row.map((cell) => cell.replace(/ \d+ ms$/, '')))).toEqual([
      peers,
      ...peers.map((from) => [
        from,
        ...peers.map((to) => (from === to ? '–' : isHard(from, to) || isHard(to, from) ? 'birthday' : 'direct')),
      ]),
    ]);
  });
});
