/** What is carried to the process that has the pages, as Prometheus metrics. */
import type { Registry } from 'prom-client';
import { addCounter } from '../operations/metrics.ts';
import { CARRIAGE_REFUSALS, type CarriageCounts } from './decisions/carriage.ts';

export function addCarriageMetrics(registry: Registry, counts: CarriageCounts): void {
  addCounter(registry, {
    name: 'natcheck_browser_carried_total',
    help: 'Datagrams of browsers that came to another process than the one that has their pages, and were carried to it.',
    read: () => counts.carried,
  });
  addCounter(registry, {
    name: 'natcheck_browser_refused_total',
    help: 'Datagrams that name a page of another process and were dropped, by reason.',
    labelNames: ['reason'],
    read: () => CARRIAGE_REFUSALS.map((reason) => ({ labels: { reason }, value: counts.refused[reason] })),
  });
}
