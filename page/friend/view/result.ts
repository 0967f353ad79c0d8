/** What has come of it: the path, how good it is, and why it is not a better one. */
import { formatEndpoint } from '../../../src/endpoint.ts';
import { element } from '../../view/element.ts';
import { isForPunch } from '../explain.ts';
import type { End } from '../path/pair.ts';
import type { FriendReport } from '../report.ts';
import { TEXT } from '../text.ts';

const TONES = { direct: 'good', relayed: 'hard', failed: 'bad' } as const;

/** @param measure begins the measurement of the throughput; null where that cannot be done now. */
export function resultView(
  report: FriendReport,
  { host, measure }: { readonly host: string; readonly measure: (() => void) | null },
): HTMLElement {
  const { path, plan } = report;
  const rows = factsOf(report).flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return element(
    'div',
    { class: `verdict ${TONES[path]}` },
    element('h3', {}, TEXT[path]),
    element('dl', {}, ...rows),
    path !== 'direct' && isForPunch(plan)
      ? element('div', {}, element('p', {}, TEXT.byCommand), element('code', {}, TEXT.command(host)))
      : null,
    measure && element('button', { id: 'friend-measure', onClick: measure }, TEXT.measure),
    measure && element('p', { class: 'note' }, TEXT.measureHint),
  );
}

function factsOf(report: FriendReport): readonly (readonly [string, string])[] {
  const { pair, why, plan, rttMs, lost, probes, throughput } = report;
  const facts: (readonly [string, string])[] = [];
  if (why !== null) facts.push([TEXT.why, why]);
  if (plan && !why?.startsWith(plan.text)) facts.push([TEXT.plan, plan.text]);
  if (pair) {
    facts.push([TEXT.ends, TEXT.pair(typeOf(pair.local), typeOf(pair.remote))]);
    facts.push([TEXT.here, placeOf(pair.local)], [TEXT.there, placeOf(pair.remote)]);
  }
  if (rttMs) facts.push([TEXT.roundTrip, TEXT.rtt(rttMs)]);
  if (probes > 0) facts.push([TEXT.loss, TEXT.lostOf(lost, probes)]);
  if (throughput) facts.push([TEXT.throughput, TEXT.rates(rateOf(throughput.sent), rateOf(throughput.received))]);
  return facts;
}

function typeOf({ type, protocol }: End): string {
  return protocol === 'udp' ? type : `${type} over ${protocol}`;
}

function placeOf({ endpoint }: End): string {
  return endpoint ? formatEndpoint(endpoint) : TEXT.hidden;
}

function rateOf(bits: number | null): string {
  return bits === null ? TEXT.notMeasured : TEXT.rate(bits);
}

/** Puts the report into the page for programs. There is one at most; null takes it away. */
export function exposeFriendReport(report: FriendReport | null): void {
  document.getElementById('friend-report')?.remove();
  if (!report) return;
  const data = element('script', { id: 'friend-report', attributes: { type: 'application/json' } });
  data.textContent = JSON.stringify(report);
  document.body.append(data);
}
