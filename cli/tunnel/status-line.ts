/** The line that shows, on a terminal, how a tunnel is doing: rate, round trip, and how the bytes go. */
import type { TunnelStats } from '../../src/tunnel/tunnel.ts';

export type Traffic = Pick<TunnelStats, 'path' | 'rttMs' | 'bytesSent' | 'bytesReceived'>;

/** `direct, 12 ms  ↑ 1.2 MB/s  ↓ 0 B/s  45.1 MB sent, 3.0 kB received`. @param before what it was `seconds` ago. */
export function statusText(now: Traffic, before: Traffic, seconds: number): string {
  const { path, rttMs, bytesSent, bytesReceived } = now;
  const rate = (bytes: number): string => `${amountText(Math.max(0, bytes) / seconds)}/s`;
  const rtt = rttMs === null ? '' : `, ${rttMs < 10 ? rttMs.toFixed(1) : Math.round(rttMs)} ms`;
  const rates = `↑ ${rate(bytesSent - before.bytesSent)}  ↓ ${rate(bytesReceived - before.bytesReceived)}`;
  return `${path ?? 'no path'}${rtt}  ${rates}  ${amountText(bytesSent)} sent, ${amountText(bytesReceived)} received`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** In decimal units, as rates are given: `0 B`, `1.5 kB`, `20.0 MB`. */
function amountText(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.95 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit++;
  }
  return unit === 0 ? `${Math.round(amount)} B` : `${amount.toFixed(1)} ${UNITS[unit]}`;
}
