/** Opens the HTTP port on every address. */
import { type Admission, createAdmission } from '../limit/tcp-admission.ts';
import { allOrNothing } from '../sockets/all-or-nothing.ts';
import type { ServedAddress } from '../sockets/served-address.ts';
import type { Tls } from '../sockets/tls.ts';
import { type HttpServer, httpConnectionLimits, openHttpServer, type Pages } from './http.ts';

export interface OpenedHttp {
  readonly http: readonly HttpServer[];
  /** Decides who may connect, for all addresses together. */
  readonly admission: Admission;
}

/** @throws StartError when the port cannot be had; nothing is left open then. */
export async function openHttp(
  { served, httpPort }: { readonly served: readonly ServedAddress[]; readonly httpPort: number },
  {
    pages,
    tls,
    peersPerSource,
    now,
  }: {
    readonly pages: Pages;
    readonly tls: Tls | undefined;
    readonly peersPerSource: number;
    /** Milliseconds of a monotonic clock. */
    readonly now: () => number;
  },
): Promise<OpenedHttp> {
  const admission = createAdmission(httpConnectionLimits(peersPerSource));
  return allOrNothing(served, async (open) => ({
    http: await open(httpPort, (at) => openHttpServer(at, { pages, tls, admission, now })),
    admission,
  }));
}
