/** The verdict over one family, in words for someone who has never heard of NAT types. */
import { type Family, formatEndpoint } from '../../src/endpoint.ts';
import type { Finding } from '../../src/nat/behavior.ts';
import { explainReason } from '../../src/nat/reason.ts';
import type { FamilyReport } from '../../src/nat/report.ts';
import { peerChoices } from '../../src/punch/report/words/peers.ts';
import { MEANING, techniqueWords } from '../../src/punch/report/words/verdict.ts';
import { SHORT, TEXT } from '../text.ts';
import { diagram } from './diagram.ts';
import { element, table } from './element.ts';

/** @param family null where the report is of the only one. */
export function verdictView(report: FamilyReport, family: Family | null): HTMLElement {
  const { type } = report.verdict;
  return element(
    'section',
    { class: `verdict ${toneOf(report)}`, attributes: { 'aria-label': family ?? 'Verdict' } },
    family ? element('p', { class: 'family' }, family) : null,
    element('h2', {}, SHORT[type], element('span', { class: 'type' }, type)),
    element('p', { class: 'meaning' }, MEANING[type]),
    factsOf(report),
    diagram(report),
    peersOf(report, family),
  );
}

function toneOf({ verdict: { type } }: FamilyReport): 'good' | 'fair' | 'hard' | 'bad' {
  switch (type) {
    case 'open':
    case 'full-cone':
      return 'good';
    case 'firewalled':
    case 'restricted':
    case 'port-restricted':
      return 'fair';
    case 'symmetric':
    case 'inconclusive':
      return 'hard';
    case 'udp-blocked':
      return 'bad';
  }
}

function factsOf({ verdict, mapping, filtering, public: seen, elapsedMs }: FamilyReport): HTMLElement {
  const facts: (readonly [string, string])[] = [];
  if (verdict.reason) facts.push([TEXT.reason, explainReason(verdict.reason)]);
  if (seen) facts.push([TEXT.public, formatEndpoint(seen)]);
  if (seen) facts.push([TEXT.mapping, findingWords(mapping)], [TEXT.filtering, findingWords(filtering)]);
  facts.push([TEXT.time, TEXT.seconds(elapsedMs)]);
  const rows = facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return element('dl', {}, ...rows);
}

function findingWords({ behavior, reason }: Finding): string {
  return reason === null ? behavior : `${behavior}: ${explainReason(reason)}`;
}

function peersOf(report: FamilyReport, family: Family | null): HTMLElement | null {
  const choices = peerChoices(report);
  if (!choices) return null;
  const title = TEXT.peers(family);
  const rows = choices.map(([name, choice]) => [name, techniqueWords(choice)]);
  return element(
    'section',
    { class: 'peers' },
    element('h3', {}, title),
    table(title, TEXT.peersHead, rows),
    element('p', { class: 'note' }, TEXT.peersNote),
  );
}
