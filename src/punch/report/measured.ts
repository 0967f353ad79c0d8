/** The report of a punch whose path has been measured: with the endpoints that it uses by then, or that it is lost. */
import type { PathHealth } from '../attempt/health/state.ts';
import type { PathStats } from '../path/path.ts';
import type { PunchReport } from './report.ts';

/** Returns the report; `pair` is the pair of the path now, to which it may have moved meanwhile. */
export function measuredReport(
  report: PunchReport,
  { health, pair }: { readonly health: PathHealth; readonly pair: PathStats['pair'] },
): PunchReport {
  const { local, remote } = pair ?? {};
  const now = local && remote ? { local: local.bound, public: local.endpoint, remote: remote.endpoint } : {};
  if (health.liveness !== 'lost') return { ...report, ...now };
  return { ...report, ...now, outcome: 'failed', reason: 'path-lost', detail: explainPathLost(health) };
}

/** Says what was seen of a path that is lost. */
export function explainPathLost({
  probes,
  lost,
  unanswered,
}: Pick<PathHealth, 'probes' | 'lost' | 'unanswered'>): string {
  const answered = probes - lost;
  const before = answered === 0 ? 'none was answered before' : `${answered} of ${probes} were answered before`;
  const seen = unanswered === 0 ? 'the path has ended by itself' : `the last ${unanswered} probes were not answered`;
  return `${seen}, and ${before}: a router has restarted or dropped the mapping, the peer is gone, or the way to it is cut`;
}
