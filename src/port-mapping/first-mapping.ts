/** Asks the routers that answer, one after the other, until one of them maps the port. */
import type { MappingRefusal } from '../nat/router.ts';
import { LIFETIME_S, type PortMapping, renewedMapping } from './renewed-mapping.ts';
import type { FindRouter, Router } from './router.ts';

interface NoMapping {
  readonly outcome: 'none';
  readonly reason: MappingRefusal;
  /** The router's address on its outside, if one has told it. */
  readonly wan: string | null;
}

export type PortMappingResult = PortMapping | NoMapping;

/**
 * Routers are asked in the order of their answers, so that two protocols of one router never ask for one port.
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
  try {
    return await firstOf(asTheyCome(searches), port, signal);
  } finally {
    clearTimeout(timer);
    over.abort();
    await Promise.allSettled(searches);
  }
}

async function firstOf(
  routers: AsyncIterable<Router | null>,
  port: number,
  signal: AbortSignal | undefined,
): Promise<PortMappingResult> {
  let none: NoMapping = { outcome: 'none', reason: 'router-silent', wan: null };
  for await (const router of routers) {
    signal?.throwIfAborted();
    if (!router) continue;
    const result = await mappingBy(router, port);
    if (result.outcome === 'none') {
      // What a router that says its address refuses tells most.
      if (result.wan !== null || none.reason === 'router-silent') none = result;
    } else if (signal?.aborted) await result[Symbol.asyncDispose]();
    else return result;
  }
  signal?.throwIfAborted();
  return none;
}

async function mappingBy(router: Router, port: number): Promise<PortMappingResult> {
  const result = await router.map({ internalPort: port, externalPort: port, lifetimeS: LIFETIME_S });
  return result.outcome === 'granted'
    ? renewedMapping(router, { port, granted: result })
    : { outcome: 'none', reason: result.reason, wan: router.wan };
}

async function* asTheyCome<T>(promises: readonly Promise<T>[]): AsyncGenerator<T> {
  const waiting = new Map(promises.map((one, index) => [index, one.then((value) => ({ index, value }))]));
  while (waiting.size > 0) {
    const { index, value } = await Promise.race(waiting.values());
    waiting.delete(index);
    yield value;
  }
}
