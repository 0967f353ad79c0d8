/** The pages that are measured, as Prometheus metrics. */
import type { Registry } from 'prom-client';
import { addCounter, addGauge } from '../operations/metrics.ts';
import type { Browsers } from './decisions/browsers.ts';
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
