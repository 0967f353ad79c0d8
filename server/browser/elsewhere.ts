/** The pages of a worker: they are in another process, which is passed what browsers send. */
import type { Registry } from 'prom-client';
import type { EndpointPair } from '../stun/decisions/responder.ts';
import { createCarriage, createCarriageCounts } from './decisions/carriage.ts';
import type { FromPagesForWorker, FromWorkerForPages } from './messages.ts';
import { addCarriageMetrics } from './metrics.ts';

export interface BrowsersElsewhere {
  /** Takes a datagram that came to one of the UDP sockets; false when it is for no page. */
  readonly take: (datagram: Uint8Array, arrival: EndpointPair) => boolean;
  readonly hear: (message: Extract<FromPagesForWorker, { readonly kind: 'browser-fragment' }>) => void;
}

export function createBrowsersElsewhere({
  fragments,
  metrics,
  now,
  workers,
  say,
}: {
  /** Those that are there at the start. */
  readonly fragments: readonly string[];
  readonly metrics: Registry;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** How many processes share what may be carried. */
  readonly workers: number;
  readonly say: (message: FromWorkerForPages) => void;
}): BrowsersElsewhere {
  const counts = createCarriageCounts();
  addCarriageMetrics(metrics, counts);
  const carriage = createCarriage({ workers, counts });
  for (const fragment of fragments) carriage.tell(fragment, { isThere: true });
  return {
    take: (bytes, { local, remote }) => {
      if (remote.port === 0) return false;
      const fate = carriage.judge(now(), bytes);
      if (fate === 'carried') say({ kind: 'browser-datagram', bytes, local, remote });
      return fate !== 'foreign';
    },
    hear: ({ fragment, isThere }) => carriage.tell(fragment, { isThere }),
  };
}
