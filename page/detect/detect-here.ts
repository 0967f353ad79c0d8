/** One test of this browser, over every family that the server has, from the first connection to the report. */
import type { Endpoint, Family } from '../../src/endpoint.ts';
import type { DetectReport, FamilyReport } from '../../src/nat/report.ts';
import { detect } from './detect.ts';
import { type Link, type LinkOptions, openLink } from './link.ts';
import { TestError } from './test-error.ts';

export type TestEvent = { readonly kind: 'begun' } | { readonly kind: 'seen'; readonly endpoint: Endpoint };

export interface TestOptions extends LinkOptions {
  readonly onEvent: (event: TestEvent) => void;
}

/** @throws TestError when there is no report, after 45 s at most. */
export async function detectHere(page: string, { onEvent, ...options }: TestOptions): Promise<DetectReport> {
  if (typeof RTCPeerConnection === 'undefined') throw new TestError('no-webrtc');
  const { link, welcome } = await openLink(page, options);
  const stop = link.listen((message) => {
    if (message.type === 'begun') onEvent({ kind: 'begun' });
    if (message.type === 'seen' && message.socket === 'control') onEvent({ kind: 'seen', endpoint: message.endpoint });
  });
  try {
    const reports = await Promise.all(welcome.families.map((family) => ofFamily(link, family, page)));
    return joined(reports);
  } finally {
    stop();
    link.close();
  }
}

type OfFamily = readonly [Family, FamilyReport];

async function ofFamily(link: Link, family: Family, page: string): Promise<OfFamily> {
  try {
    return [family, await detect(link, family, new URL(page).hostname)];
  } catch (error) {
    if (error instanceof TestError) throw error;
    // What is left is the browser's own: it makes no connection, or none as it is asked to.
    throw new TestError('no-webrtc', error instanceof Error ? error.message : '');
  }
}

/** IPv4's report, and IPv6's beside it; a family in which nothing was seen, beside one in which something was, is left out. */
function joined(reports: readonly OfFamily[]): DetectReport {
  const heard = reports.filter(([, { public: seen }]) => seen !== null);
  const [first, second] = (heard.length > 0 ? heard : reports.slice(0, 1)).toSorted(([a], [b]) => a.localeCompare(b));
  if (!first) throw new TestError('server-lost');
  return second ? { ...first[1], ipv6: second[1] } : first[1];
}
