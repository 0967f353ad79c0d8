/** Of the routers that answer, the first that maps the port; what it gives is renewed while it is wanted, and given back. */
import type { Endpoint } from '../endpoint.ts';
import type { MappingProtocol, MappingRefusal } from '../nat/router.ts';
import type { FindRouter, PortGrant, Router } from './router.ts';

/** RFC 6886 §3.3 recommends two hours. */
const LIFETIME_S = 7_200;
/** Between two renewals, whatever lifetime a router says and however often it refuses. */
const RENEWAL_GAP_MIN_MS = 10_000;

export interface PortMapping extends AsyncDisposable {
  readonly outcome: 'mapped';
  /** Where anyone may send to. Only as public as the router's own address is. */
  readonly external: Endpoint;
  readonly protocol: MappingProtocol;
  readonly router: Endpoint;
}

export type PortMappingResult =
  | PortMapping
  | {
      readonly outcome: 'none';
      readonly reason: MappingRefusal;
      /** The router's own address, if one has told it. */
      readonly wan: string | null;
    };

/**
 * One after the other in the order of their answers, so that two protocols of one router never ask for one port.
 * @throws the signal's reason when aborted, after giving back what was given.
 */
export async function firstMapping(options: {
  readonly finders: readonly FindRouter[];
  /** The local UDP port. */
  readonly port: number;
  /** How long to wait for routers. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<PortMappingResult> {
  const { finders, port, timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), timeoutMs);
  const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const searches = finders.map((find) => find(either));
  let none: PortMappingResult = { outcome: 'none', reason: 'router-silent', wan: null };
  try {
    for await (const router of asTheyCome(searches)) {
      signal?.throwIfAborted();
      if (!router) continue;
      const { wan } = router;
      if (wan === null) {
        if (none.reason === 'router-silent') none = { outcome: 'none', reason: 'no-wan-address', wan };
        continue;
      }
      const granted = await router.map({ internalPort: port, externalPort: port, lifetimeS: LIFETIME_S });
      none = { outcome: 'none', reason: 'router-refuses', wan };
      if (!granted) continue;
      const mapping = keep(router, { port, wan, granted });
      if (!signal?.aborted) return mapping;
      await mapping[Symbol.asyncDispose]();
    }
    signal?.throwIfAborted();
    return none;
  } finally {
    clearTimeout(timer);
    over.abort();
    await Promise.allSettled(searches);
  }
}

function keep(
  router: Router,
  { port, wan, granted }: { readonly port: number; readonly wan: string; readonly granted: PortGrant },
): PortMapping {
  const { externalPort } = granted;
  let renewal: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const renewAfter = (ms: number): void => {
    timer = setTimeout(() => {
      renewal = router.map({ internalPort: port, externalPort, lifetimeS: LIFETIME_S }).then((again) => {
        // Half of what is left is for another attempt.
        if (!isOver) renewAfter(again ? halfOf(again) : Math.max(RENEWAL_GAP_MIN_MS, ms / 2));
      });
      // Whoever disposes of the mapping is told.
      renewal.catch(() => {});
    }, ms).unref();
  };
  renewAfter(halfOf(granted));
  return {
    outcome: 'mapped',
    external: { address: wan, port: externalPort },
    protocol: router.protocol,
    router: router.endpoint,
    [Symbol.asyncDispose]: async () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      try {
        await renewal;
      } finally {
        await router.unmap({ internalPort: port, externalPort });
      }
    },
  };
}

/** RFC 6886 §3.3: a renewal is begun halfway. In milliseconds. */
function halfOf({ lifetimeS }: PortGrant): number {
  return Math.max(RENEWAL_GAP_MIN_MS, Math.min(lifetimeS, LIFETIME_S) * 500);
}

async function* asTheyCome<T>(promises: readonly Promise<T>[]): AsyncGenerator<T> {
  const waiting = new Map(promises.map((one, index) => [index, one.then((value) => ({ index, value }))]));
  while (waiting.size > 0) {
    const { index, value } = await Promise.race(waiting.values());
    waiting.delete(index);
    yield value;
  }
}
