/** Draws the way of the packets: what the browser sends, and what comes in from where. */
import type { FamilyReport } from '../../src/nat/report.ts';
import { TEXT } from '../text.ts';
import { drawing } from './element.ts';

type Fate = 'passes' | 'stopped' | 'unknown';

interface Ray {
  readonly label: string;
  readonly out: Fate;
  readonly in: Fate;
}

const WIDTH = 640;
const BOX_X = 300;
const [LEFT, RIGHT] = [120, 490];
const ROW_HEIGHT = 54;

/** Three places of the server: the one that the browser has asked, and two that it has not. */
export function diagram(report: FamilyReport): SVGElement {
  const rays = raysOf(report);
  const height = rays.length * ROW_HEIGHT + 30;
  const boxName = report.mapping.behavior === 'none' ? 'firewall' : 'NAT';
  const hasBox = report.verdict.type !== 'open';
  return drawing(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${height}`,
      role: 'img',
      'aria-label': `${TEXT.way}: ${rays.map(sentenceOf).join('. ')}.`,
    },
    ...place(0, height / 2 - 18, 'browser'),
    ...(hasBox ? box(height, boxName) : []),
    ...rays.flatMap((ray, index) => rayOf(ray, { y: index * ROW_HEIGHT + 38, middle: height / 2 })),
  );
}

function raysOf({ verdict, mapping, filtering }: FamilyReport): readonly Ray[] {
  const isHeard = verdict.type !== 'udp-blocked' && mapping.reason !== 'browser-without-udp';
  const passes = (...behaviors: readonly string[]): Fate => {
    if (filtering.behavior === 'undetermined') return 'unknown';
    return behaviors.includes(filtering.behavior) ? 'passes' : 'stopped';
  };
  return [
    {
      label: 'the endpoint asked',
      out: isHeard ? 'passes' : 'stopped',
      in: isHeard ? 'passes' : 'unknown',
    },
    { label: 'another port of it', out: 'unknown', in: passes('endpoint-independent', 'address-dependent') },
    { label: 'another address', out: 'unknown', in: passes('endpoint-independent') },
  ];
}

function sentenceOf({ label, in: into }: Ray): string {
  const words = { passes: 'comes in', stopped: 'is stopped', unknown: 'is not known' } as const;
  return `What ${label} sends ${words[into]}`;
}

function place(x: number, y: number, name: string): readonly SVGElement[] {
  return [
    drawing('rect', { x: x + 2, y, width: 112, height: 36, rx: 8, class: 'host' }),
    drawing('text', { x: x + 58, y: y + 23, 'text-anchor': 'middle' }, name),
  ];
}

function box(height: number, name: string): readonly SVGElement[] {
  return [
    drawing('rect', { x: BOX_X - 26, y: 12, width: 52, height: height - 24, rx: 8, class: 'box' }),
    drawing('text', { x: BOX_X, y: 8 + height / 2, 'text-anchor': 'middle' }, name),
  ];
}

function rayOf(
  { label, out, in: into }: Ray,
  { y, middle }: { readonly y: number; readonly middle: number },
): readonly SVGElement[] {
  const name = drawing('text', { x: RIGHT + 10, y: y + 5, class: 'label' }, label);
  const outward =
    out === 'unknown'
      ? []
      : [
          arrow({
            from: [LEFT, middle],
            to: [out === 'passes' ? RIGHT : BOX_X - 30, out === 'passes' ? y - 5 : middle - 5],
            fate: out,
          }),
        ];
  const inward = arrow({
    from: [RIGHT, y + 5],
    to: into === 'stopped' ? [BOX_X + 30, y + 5] : [LEFT, middle + 6],
    fate: into,
  });
  return [...outward, inward, name];
}

function arrow({
  from: [x1, y1],
  to: [x2, y2],
  fate,
}: {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly fate: Fate;
}): SVGElement {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const wing = (turn: number): string => `${x2 - 10 * Math.cos(angle + turn)} ${y2 - 10 * Math.sin(angle + turn)}`;
  const end =
    fate === 'stopped' ? `M${x2 - 6} ${y2 - 6}l12 12m0 -12l-12 12` : `M${wing(0.45)}L${x2} ${y2}L${wing(-0.45)}`;
  return drawing('path', { d: `M${x1} ${y1}L${x2} ${y2}${end}`, class: `ray ${fate}` });
}
