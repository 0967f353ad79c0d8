/** The metrics on an address of their own, over plain HTTP: for a scraper, and for nobody else. */
import type { Endpoint } from '../../src/endpoint.ts';
import { openHttpServer, type Pages } from '../http/http.ts';
import { createAdmission } from '../limit/tcp-admission.ts';

/** More than any number of scrapers and load balancers takes. */
const CONNECTIONS_MAX = 256;

export interface MetricsServer extends AsyncDisposable {
  readonly at: Endpoint;
}

/** @throws StartError when the address and port cannot be had. */
export async function openMetricsServer(
  { address, port }: Endpoint,
  { pages, now }: { readonly pages: Pages; readonly now: () => number },
): Promise<MetricsServer> {
  const admission = createAdmission({ connections: CONNECTIONS_MAX, connectionsPerSource: CONNECTIONS_MAX });
  const server = await openHttpServer({ address, port }, { pages, admission, now });
  return {
    at: { address, port: server.port },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
