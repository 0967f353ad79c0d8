/** How long name lookups may take: a signal that aborts at a deadline, when a user's signal does, and when its owner is done. */

export interface LookupLimit extends Disposable {
  readonly signal: AbortSignal;
}

/** Dispose of it when the lookups are of no use any more. At the deadline the reason is an error with code ETIMEOUT. */
export function limitLookups(ms: number, signal?: AbortSignal): LookupLimit {
  const over = new AbortController();
  const late = (): Error => Object.assign(new Error(`no name server answered in ${ms} ms`), { code: 'ETIMEOUT' });
  const timer = setTimeout(() => over.abort(late()), ms);
  return {
    signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      over.abort();
    },
  };
}
