/** How one pair went, in a page: verdict, facts, the packets, and what its programs have said. */
import type { Ladder } from '../../witness/ladder.ts';
import type { Fact, GridCell, GridOutput, GridTry } from '../grid.ts';
import { ladderSvg } from '../ladder/svg.ts';
import { escapeXml } from '../printable.ts';
import { anchorOf } from './grid-table.ts';
import type { Level } from './level.ts';
import { outputHtml } from './output.ts';

export function accountHtml(cell: GridCell, level: Level): string {
  const { a, b, result, detail, frame, facts, tries, isAsExpected } = cell;
  const beside = facts.length === 0 && detail !== '' ? `<small>${escapeXml(detail)}</small>` : '';
  return [
    `<section class="pair" id="${anchorOf(cell)}">`,
    `<h3>${escapeXml(a)} <span aria-label="to">→</span> ${escapeXml(b)} <b class="${frame}">${escapeXml(result)}</b>${beside}<a href="#grid" aria-label="back to the grid">↑ grid</a></h3>`,
    tries.length === 1 ? '' : factsHtml(facts),
    ...triesHtml({ tries, facts, level, isOpen: !isAsExpected }),
    '</section>',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

interface Tries {
  readonly tries: readonly GridTry[];
  readonly facts: readonly Fact[];
  readonly level: Level;
  readonly isOpen: boolean;
}

function triesHtml({ tries, facts, level, isOpen }: Tries): readonly string[] {
  const [one] = tries;
  if (tries.length === 1 && one) return [tryHtml({ ...one, facts: [...facts, ...one.facts] }, { level, isOpen })];
  const numbered = tries.map((each, index) => ({ each, number: index + 1 }));
  const chosen = numbered.toSorted((x, y) => Number(x.each.isAsExpected) - Number(y.each.isAsExpected));
  const shown = chosen.slice(0, level.tries).toSorted((x, y) => x.number - y.number);
  return [
    ...shown.map(({ each, number }) => {
      const isWrong = isOpen && !each.isAsExpected;
      const summary = `<summary>Try ${number}: ${escapeXml(each.result)}</summary>`;
      const body = tryHtml(each, { level, isOpen: isWrong });
      return `<details class="try"${isWrong ? ' open' : ''}>${summary}\n${body}</details>`;
    }),
    ...(shown.length < tries.length
      ? [`<p class="silent">${tries.length - shown.length} of ${tries.length} tries are not shown.</p>`]
      : []),
  ];
}

interface Shown {
  readonly level: Level;
  readonly isOpen: boolean;
}

function tryHtml({ facts, ladder, outputs }: GridTry, { level, isOpen }: Shown): string {
  return [factsHtml(facts), ladderHtml(ladder, { level, isOpen }), outputsHtml(outputs, { level, isOpen })]
    .filter((part) => part !== '')
    .join('\n');
}

function factsHtml(facts: readonly Fact[]): string {
  if (facts.length === 0) return '';
  const each = facts.map(({ name, value }) => {
    return `<div${name === 'reason' ? ' class="reason"' : ''}><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`;
  });
  return `<dl>${each.join('')}</dl>`;
}

function ladderHtml(ladder: Ladder | null, { level, isOpen }: Shown): string {
  if (ladder === null || ladder.steps.length === 0) return '';
  const dropped = ladder.steps.filter((step) => step.dropped !== null).length;
  const count = `${ladder.steps.length + ladder.omitted} packets, ${dropped} dropped`;
  const head = `Packets as the routers saw them <small>${count}</small>`;
  if (level.rungs === 0) return `<p class="silent">${head}</p>`;
  const picture = `<div class="scroll" tabindex="0" role="region" aria-label="Packets">${ladderSvg(ladder, level.rungs)}</div>`;
  return `<details${isOpen ? ' open' : ''}><summary>${head}</summary>${picture}</details>`;
}

function outputsHtml(outputs: readonly GridOutput[], { level, isOpen }: Shown): string {
  if (outputs.length === 0) return '';
  const each = outputs.map((output) => outputHtml(output, { most: level.lines, open: isOpen }));
  return `<div class="outputs">${each.join('\n')}</div>`;
}
