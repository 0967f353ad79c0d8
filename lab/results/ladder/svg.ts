/**
 * A ladder as a picture within a page: hosts are vertical lines, packets are arrows between them, from top to bottom. The arrow
 * of one that was dropped ends at the router that did it; below that there is ✗, and why. The colours are the page's.
 */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import type { Ladder, LadderStep } from '../../witness/ladder.ts';
import { WRONG_MARK } from '../grid.ts';
import { escapeXml } from '../printable.ts';
import { chooseRungs } from './choose.ts';
import { foldSteps, type Rung } from './fold.ts';

/** A character of the widest common sans-serif at 12 px, rounded up. */
const CHARACTER_WIDTH = 6.8;
const TIME_WIDTH = 62;
const HOST_GAP_MIN = 150;
const HEAD_HEIGHT = 34;
const RUNG_HEIGHT = 28;
/** Of the line below an arrow that says why it ends. */
const REASON_HEIGHT = 13;
/** Where the names are far above, they stand below as well. */
const NAMES_BELOW_FROM = 20;
const WORDS_MAX = 60;

/** Puts the names at the top; at most `most` arrows. */
export function ladderSvg({ hosts: named, steps, omitted }: Ladder, most: number): string {
  const hosts = [...new Set([...named, ...steps.flatMap(({ from, to, dropped }) => [from, to, dropped?.at ?? to])])];
  const scale = scaleOf(hosts);
  const chosen = chooseRungs(foldSteps(steps), { most, omitted, ends: [hosts[0] ?? '', hosts.at(-1) ?? ''] });
  let bottom = HEAD_HEIGHT;
  const rungs = chosen.map((one) => {
    const y = bottom + RUNG_HEIGHT - 4;
    bottom += heightOf(one);
    if (typeof one === 'number') return text(gapWords(one), { kind: 'gap', x: TIME_WIDTH + 8, y });
    return rungText(one, { scale, y });
  });
  bottom += 10;
  const hasNamesBelow = rungs.length >= NAMES_BELOW_FROM;
  const height = bottom + (hasNamesBelow ? HEAD_HEIGHT - 10 : 4);
  const names = (y: number): readonly string[] =>
    hosts.map((name) => text(name, { kind: 'host', x: scale.xOf(name), y }));
  return [
    `<svg class="ladder" width="${scale.width}" height="${height}" viewBox="0 0 ${scale.width} ${height}" role="img" aria-label="${escapeXml(labelOf(steps.length + omitted, hosts))}">`,
    ...hosts.map((name) => `<path class="life" d="M${scale.xOf(name)} ${HEAD_HEIGHT - 10}V${bottom}"/>`),
    ...names(16),
    ...rungs,
    ...(hasNamesBelow ? names(bottom + 16) : []),
    '</svg>',
  ].join('\n');
}

function labelOf(packets: number, hosts: readonly string[]): string {
  return `${packets} packets between ${hosts.join(', ')}`;
}

interface Scale {
  readonly width: number;
  readonly xOf: (host: string) => number;
}

function scaleOf(hosts: readonly string[]): Scale {
  const longest = Math.max(...hosts.map(({ length }) => length));
  const gap = Math.max(HOST_GAP_MIN, Math.ceil(longest * CHARACTER_WIDTH) + 16);
  const first = TIME_WIDTH + Math.ceil(gap / 2);
  return {
    width: TIME_WIDTH + hosts.length * gap,
    xOf: (host) => first + hosts.indexOf(host) * gap,
  };
}

function heightOf(chosen: Rung | number): number {
  return typeof chosen === 'number' || chosen.step.dropped === null ? RUNG_HEIGHT : RUNG_HEIGHT + REASON_HEIGHT;
}

function gapWords(packets: number): string {
  return `… ${packets} ${packets === 1 ? 'packet' : 'packets'} not drawn`;
}

interface At {
  readonly scale: Scale;
  readonly y: number;
}

function rungText(rung: Rung, { scale, y }: At): string {
  const { from, to, dropped, atMs, source, destination } = rung.step;
  const [start, aim] = [scale.xOf(from), scale.xOf(to)];
  const end = dropped === null ? aim : scale.xOf(dropped.at);
  const isRightward = aim > start || (aim === start && end >= start);
  const sign = isRightward ? 1 : -1;
  return [
    `<g><title>${escapeXml(titleOf(source, destination))}</title>`,
    text((atMs / 1000).toFixed(3), { kind: 'at', x: TIME_WIDTH - 8, y }),
    arrow({ start, end: end === start ? start + 24 * sign : end, y, isDropped: dropped !== null }),
    labelText(rungWords(rung), { start, isRightward, scale, y }),
    dropped === null ? '' : dropText(dropped, { end, isRightward, scale, y }),
    '</g>',
  ].join('');
}

/** Above the beginning of its arrow, and as far from there as it takes to be in the picture. */
function labelText(
  words: string,
  { start, isRightward, scale, y }: At & { readonly start: number; readonly isRightward: boolean },
): string {
  const width = words.length * CHARACTER_WIDTH;
  const left = isRightward ? start + 6 : start - 6 - width;
  const within = Math.max(TIME_WIDTH + 2, Math.min(left, scale.width - width));
  if (!isRightward && within === left) return text(words, { kind: 'what left', x: start - 6, y: y - 4 });
  return text(words, { kind: 'what', x: within, y: y - 4 });
}

/** Below the end of its arrow: onward from there, unless there is more room backward. */
function dropText(
  { why }: NonNullable<LadderStep['dropped']>,
  { end, isRightward, scale, y }: At & { readonly end: number; readonly isRightward: boolean },
): string {
  const width = (why.length + 2) * CHARACTER_WIDTH;
  const fitsLeft = end + 4 - width >= TIME_WIDTH + 2;
  const fitsRight = end - 4 + width <= scale.width;
  const goesRight = isRightward ? fitsRight || !fitsLeft : !fitsLeft;
  if (goesRight) return text(`${WRONG_MARK} ${why}`, { kind: 'drop', x: end - 4, y: y + REASON_HEIGHT });
  return text(`${why} ${WRONG_MARK}`, { kind: 'drop left', x: end + 4, y: y + REASON_HEIGHT });
}

function titleOf(source: Endpoint, destination: Endpoint): string {
  return `${formatEndpoint(source)} → ${formatEndpoint(destination)}`;
}

/** Such as `STUN Binding request, 20 B × 3 until 1.204 s`. */
function rungWords({ step, count, lastAtMs, bytes: { least, most } }: Rung): string {
  const what = step.what.length <= WORDS_MAX ? step.what : `${step.what.slice(0, WORDS_MAX)}…`;
  const size = least === most ? `${most} B` : `${least}–${most} B`;
  const times = count === 1 ? '' : ` × ${count} until ${(lastAtMs / 1000).toFixed(3)}`;
  return `${what}, ${size}${times}`;
}

interface Arrow {
  readonly start: number;
  readonly end: number;
  readonly y: number;
  readonly isDropped: boolean;
}

/** Its head is part of its line. */
function arrow({ start, end, y, isDropped }: Arrow): string {
  const sign = end > start ? 1 : -1;
  const head = isDropped ? '' : `m${-6 * sign} -4l${6 * sign} 4l${-6 * sign} 4`;
  return `<path class="${isDropped ? 'lost' : 'went'}" d="M${start} ${y}H${isDropped ? end - 8 * sign : end}${head}"/>`;
}

interface Words {
  /** Classes of the page's style. */
  readonly kind: string;
  readonly x: number;
  readonly y: number;
}

function text(words: string, { kind, x, y }: Words): string {
  return `<text class="${kind}" x="${x}" y="${y}">${escapeXml(words)}</text>`;
}
