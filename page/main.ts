/** The page: it tests once when it is opened, and again when it is asked to. */
import './without-eval.ts';
import { formatEndpoint } from '../src/endpoint.ts';
import type { DetectReport } from '../src/nat/report.ts';
import { detectHere, type TestEvent } from './detect/detect-here.ts';
import { TestError } from './detect/test-error.ts';
import { friendEntry } from './friend/entry.ts';
import { PROBLEMS, SHORT, TEXT } from './text.ts';
import { exposeReport } from './view/details.ts';
import { element } from './view/element.ts';
import { resultView } from './view/result.ts';
import { sharedIn } from './view/sharing.ts';

const main = document.getElementById('page') ?? document.body;
const status = element('p', { class: 'status', attributes: { role: 'status', 'aria-live': 'polite' } });
const result = element('div', {});
const again = element('button', { class: 'first', onClick: () => void test() }, TEXT.again);
const shared = sharedIn(location.href);
const friend = friendEntry();
/** The test that is under way, by what ends it; none in a page that has been left. */
let running: AbortController | null = null;
/** Whether the page was left in the middle of a test. */
let wasLeft = false;
let hasFailed = false;
main.replaceChildren(
  ...(shared ? [element('p', { class: 'shared' }, TEXT.shared(SHORT[shared]))] : []),
  status,
  result,
  element('div', { class: 'actions' }, again),
);
// Whoever was invited has not come for the verdict.
if (friend.isInvited) main.prepend(friend.element);
else main.append(friend.element);
addEventListener('pagehide', leave);
// A browser may show a page again as it was left, with dead connections: a test is begun anew, and a verdict stays.
addEventListener('pageshow', () => wasLeft && void test());
await test();

async function test(): Promise<void> {
  const own = new AbortController();
  running = own;
  wasLeft = false;
  begin();
  try {
    const report = await detectHere(location.href, { onEvent: tellEvent, isRetry: hasFailed, signal: own.signal });
    if (running === own) show(report);
  } catch (error) {
    if (running === own) explain(error);
  }
  if (running === own) end();
}

function tellEvent(event: TestEvent): void {
  tell(event.kind === 'begun' ? TEXT.asking : TEXT.seen(formatEndpoint(event.endpoint)));
}

function leave(): void {
  if (!running) return;
  running.abort();
  running = null;
  wasLeft = true;
}

function begin(): void {
  again.disabled = true;
  document.getElementById('report')?.remove();
  result.replaceChildren();
  result.setAttribute('aria-busy', 'true');
  tell(TEXT.connecting);
}

function end(): void {
  running = null;
  again.disabled = false;
  result.removeAttribute('aria-busy');
}

function show(report: DetectReport): void {
  hasFailed = false;
  result.replaceChildren(...resultView(report, location));
  exposeReport(report);
  friend.learn(report);
  tell(TEXT.done(SHORT[report.verdict.type]));
}

function explain(error: unknown): void {
  hasFailed = true;
  const problem = error instanceof TestError ? error.problem : 'server-lost';
  const detail = error instanceof Error && error.message ? ` (${error.message})` : '';
  tell(TEXT.failed);
  result.replaceChildren(element('p', { class: 'problem', attributes: { role: 'alert' } }, PROBLEMS[problem] + detail));
}

function tell(text: string): void {
  status.textContent = text;
}
