/** Renders the text of a punch: each step as it happens, then the path and its health, or why there is no path. */
import { Chalk } from 'chalk';
import { formatEndpoint, sameEndpoint } from '../../src/endpoint.ts';
import type { PathHealth } from '../../src/punch/path/health.ts';
import { PUNCH_FAILURES, type PunchReport, type PunchStep } from '../../src/punch/report/report.ts';
import { visibleIn } from './layout/visible-in.ts';
import { hang } from './layout/wrap.ts';

export interface PunchTextOptions {
  readonly color: boolean;
  /** The terminal's width; null or left out where there is no terminal. */
  readonly columns?: number | null;
}

/** Returns text without a trailing newline. */
export function renderStep({ step, atMs, text }: PunchStep, { color, columns = null }: PunchTextOptions): string {
  const paint = new Chalk({ level: color ? 1 : 0 });
  return hang(`${paint.dim(`${String(atMs).padStart(6)} ms`)}  ${paint.bold(String(step))}  `, text, columns);
}

/** Returns lines without a trailing newline. */
export function renderPunch(
  punched: { readonly report: PunchReport; readonly health: PathHealth | null },
  { color, columns = null }: PunchTextOptions,
): string {
  const { report, health } = visibleIn(punched);
  return linesOf(report, { health, color })
    .map((line) => hang('', line, columns))
    .join('\n');
}

function linesOf(
  report: PunchReport,
  { health, color }: { readonly health: PathHealth | null; readonly color: boolean },
): readonly string[] {
  const paint = new Chalk({ level: color ? 1 : 0 });
  const { outcome, reason, detail, technique, id, peer, elapsedMs } = report;
  if (outcome === 'failed') {
    const why = reason ? `${reason}: ${PUNCH_FAILURES[reason]}` : '';
    return [`${paint.red.bold('no path')} from ${id} to ${peer}: ${why}`, ...(detail === null ? [] : [detail])];
  }
  const ends = endsOf(report);
  const how = outcome === 'relayed' ? paint.yellow.bold('relayed') : paint.green.bold('direct');
  const lines = [`${how}${ends}, by ${technique}, ${elapsedMs} ms after both peers were known to the server`];
  if (outcome === 'relayed' && report.plan) lines.push(`not direct: ${report.plan.text}`);
  if (health?.rttMs) {
    const [min, mean, max] = [health.rttMs.min, health.rttMs.mean, health.rttMs.max].map((ms) => ms.toFixed(1));
    lines.push(`round trip min/mean/max ${min}/${mean}/${max} ms, ${health.lost} of ${health.probes} probes lost`);
  }
  return lines;
}

/** Returns both ends of the path; this side's with where the peer sees it, if that is another endpoint. */
function endsOf({ local, public: seen, remote }: PunchReport): string {
  if (!seen || !remote) return '';
  const isSame = local === null || sameEndpoint(local, seen);
  const own = isSame ? formatEndpoint(seen) : `${formatEndpoint(local)} (${formatEndpoint(seen)})`;
  return ` ${own} ↔ ${formatEndpoint(remote)}`;
}
