/** The page: it tests once when it is opened, and again when it is asked to. */
import './without-eval.ts';
import { formatEndpoint } from '../src/endpoint.ts';
import type { DetectReport } from '../src/nat/report.ts';
import { detectHere } from './detect/detect-here.ts';
import { TestError } from './detect/test-error.ts';
import { friendEntry } from './friend/entry.ts';
import { PROBLEMS, SHORT, TEXT } from './text.ts';
import { detailsView, exposeReport } from './view/details.ts';
import { element } from './view/element.ts';
import { linkTo, sharedIn } from './view/sharing.ts';
import { verdictView } from './view/verdict.ts';

const main = document.getElementById('page') ?? document.body;
const status = element('p', { class: 'status', attributes: { role: 'status', 'aria-live': 'polite' } });
const result = element('div', {});
const again = element('button', { class: 'first', onClick: () => void test() }, TEXT.again);
const shared = sharedIn(location.href);
const friend = friendEntry();
main.replaceChildren(
  ...(shared ? [element('p', { class: 'shared' }, TEXT.shared(SHORT[shared]))] : []),
  status,
  result,
  element('div', { class: 'actions' }, again),
);
// Whoever was invited has not come for the verdict.
if (friend.isInvited) main.prepend(friend.element);
else main.append(friend.element);
await test();

async function test(): Promise<void> {
  again.disabled = true;
  document.getElementById('report')?.remove();
  result.replaceChildren();
  result.setAttribute('aria-busy', 'true');
  tell(TEXT.connecting);
  try {
    show(
      await detectHere(location.href, (event) => {
        tell(event.kind === 'begun' ? TEXT.asking : TEXT.seen(formatEndpoint(event.endpoint)));
      }),
    );
  } catch (error) {
    const problem = error instanceof TestError ? error.problem : 'server-lost';
    tell(TEXT.failed);
    const detail = error instanceof Error && error.message ? ` (${error.message})` : '';
    result.replaceChildren(
      element('p', { class: 'problem', attributes: { role: 'alert' } }, PROBLEMS[problem] + detail),
    );
  } finally {
    again.disabled = false;
    result.removeAttribute('aria-busy');
  }
}

function show(report: DetectReport): void {
  const { ipv6, ...first } = report;
  const views = ipv6 ? [verdictView(first, 'IPv4'), verdictView(ipv6, 'IPv6')] : [verdictView(first, null)];
  const said = element('p', { class: 'note', attributes: { role: 'status' } });
  const copy = element('button', { onClick: () => void copyText(JSON.stringify(report, null, 2), said) }, TEXT.copy);
  const share = element(
    'button',
    {
      attributes: { title: TEXT.shareHint },
      onClick: () => void copyText(linkTo(location.href, report.verdict), said),
    },
    TEXT.share,
  );
  const { hostname } = location;
  result.replaceChildren(
    ...views,
    element('div', { class: 'actions' }, copy, share),
    said,
    detailsView(report, hostname),
  );
  exposeReport(report);
  friend.learn(first);
  tell(TEXT.done(SHORT[report.verdict.type]));
}

function tell(text: string): void {
  status.textContent = text;
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
