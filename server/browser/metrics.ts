/** The pages that are measured, and what is carried to the process that has them, as Prometheus metrics. */
import type { Registry } from 'prom-client';
import { addCounter, addGauge } from '../operations/metrics.ts';
import type { Browsers } from './decisions/browsers.ts';
import { CARRIAGE_REFUSALS, type CarriageCounts } from './decisions/carriage.ts';
import { DETECTION_ENDS } from './decisions/counts.ts';

export function addPageMetrics(
  registry: Registry,
  { population, counts }: Pick<Browsers, 'population' | 'counts'>,
): void {
  addGauge(registry, {
    name: 'natcheck_browser_pages',
    help: 'Pages in the middle of a test of their browser.',
    read: () => population().pages,
  });
  addCounter(registry, {
    name: 'natcheck_browser_detections_total',
    help: 'Detections in browsers, one for each family, by how they have ended.',
    labelNames: ['end'],
    read: () => DETECTION_ENDS.map((end) => ({ labels: { end }, value: counts.ends[end] })),
  });
}

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
