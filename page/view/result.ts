/** The result of a test: the verdict over each family, what is behind it, and ways to take it elsewhere. */
import type { DetectReport } from '../../src/nat/report.ts';
import { TEXT } from '../text.ts';
import { detailsView } from './details.ts';
import { element } from './element.ts';
import { linkTo } from './sharing.ts';
import { verdictView } from './verdict.ts';

export function resultView(report: DetectReport, { href, hostname }: Location): readonly HTMLElement[] {
  const { ipv6, ...first } = report;
  const said = element('p', { class: 'note', attributes: { role: 'status' } });
  const copy = element('button', { onClick: () => void copyText(JSON.stringify(report, null, 2), said) }, TEXT.copy);
  const share = element(
    'button',
    { attributes: { title: TEXT.shareHint }, onClick: () => void copyText(linkTo(href, report.verdict), said) },
    TEXT.share,
  );
  return [
    ...(ipv6 ? [verdictView(first, 'IPv4'), verdictView(ipv6, 'IPv6')] : [verdictView(first, null)]),
    element('div', { class: 'actions' }, copy, share),
    said,
    detailsView(report, hostname),
  ];
}

/** A page without TLS may not use the clipboard. */
async function copyText(text: string, said: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = TEXT.copied;
  } catch {
    const json = document.getElementById('json');
    json?.closest('details')?.setAttribute('open', '');
    if (json) {
      json.textContent = text;
      getSelection()?.selectAllChildren(json);
    }
    said.textContent = TEXT.copyRefused;
  }
}
