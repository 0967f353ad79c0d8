/** What is behind a verdict: every probe, the report as JSON, and what a page cannot tell. */
import { type Endpoint, formatEndpoint } from '../../src/endpoint.ts';
import type { ProbeEvidence } from '../../src/nat/evidence.ts';
import type { DetectReport } from '../../src/nat/report.ts';
import { TEXT } from '../text.ts';
import { element, table } from './element.ts';

export function detailsView(report: DetectReport, host: string): HTMLElement {
  const probes = [...report.probes, ...(report.ipv6?.probes ?? [])];
  return element(
    'section',
    { class: 'more' },
    folded(TEXT.evidence, table(TEXT.evidence, TEXT.evidenceHead, probes.map(rowOf))),
    folded(TEXT.json, element('pre', { id: 'json', attributes: { tabindex: '0' } }, JSON.stringify(report, null, 2))),
    folded(TEXT.behind, element('p', {}, TEXT.behindText)),
    folded(TEXT.limits, element('p', {}, TEXT.limitsText), element('code', {}, TEXT.command(host))),
  );
}

function folded(title: string, ...content: readonly HTMLElement[]): HTMLElement {
  return element('details', {}, element('summary', {}, title), ...content);
}

function rowOf({ test, socket, to, sends, answers, mapped }: ProbeEvidence): readonly string[] {
  const endpoint = (one: Endpoint | null): string => (one ? formatEndpoint(one) : '');
  return [test, socket, endpoint(to), TEXT.came(answers, sends), endpoint(mapped)];
}

/** Puts the report into the page for programs. There is one at most. */
export function exposeReport(report: DetectReport): void {
  document.getElementById('report')?.remove();
  const data = element('script', { id: 'report', attributes: { type: 'application/json' } });
  data.textContent = JSON.stringify(report);
  document.body.append(data);
}
