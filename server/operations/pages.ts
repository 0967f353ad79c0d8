/** The pages of a server: whether it lives, whether it is ready, and its metrics. */
import type { Registry } from 'prom-client';
import type { Page, Pages } from '../http/http.ts';
import { metricsPage } from '../http/metrics-page.ts';
import type { Readiness } from './readiness.ts';

interface PageSources {
  readonly metrics: Pick<Registry, 'contentType' | 'metrics'>;
  readonly metricsToken: string | undefined;
  readonly readiness: Readiness;
}

/** The pages of the HTTP port, which strangers reach. */
export function publicPages({ page, metrics, metricsToken, readiness }: PageSources & { readonly page: Pages }): Pages {
  return { ...page, ...healthPages(readiness), '/metrics': metricsPage(metrics, metricsToken) };
}

/** Those of the address that is for the metrics alone: whoever reaches it may read them, unless there is a token. */
export function metricsPages({ metrics, metricsToken, readiness }: PageSources): Pages {
  const open = async (): Promise<Page> => ({ contentType: metrics.contentType, body: await metrics.metrics() });
  return {
    ...healthPages(readiness),
    '/metrics': metricsToken === undefined ? open : metricsPage(metrics, metricsToken),
  };
}

function healthPages(readiness: Readiness): Pages {
  return {
    '/healthz': () => ({ contentType: 'text/plain', body: 'ok\n' }),
    '/readyz': () => readyPage(readiness.missing()),
  };
}

function readyPage(missing: readonly string[]): Page {
  if (missing.length === 0) return { contentType: 'text/plain', body: 'ready\n' };
  return { status: 503, contentType: 'text/plain', body: `not ready: ${missing.join(', ')}\n` };
}
