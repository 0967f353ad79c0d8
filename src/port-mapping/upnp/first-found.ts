/** Searches for UPnP routers until one of them is the one that is wanted, and looks at each description as it comes. */
import type { Endpoint } from '../../endpoint.ts';
import type { Router } from '../router.ts';
import { type Location, searchRouters } from './ssdp.ts';

export interface Place {
  /** The address of this host on the router's link. */
  readonly local: string;
  readonly signal: AbortSignal;
}

/**
 * Returns the first router that `look` resolves to; null when the signal has ended the search. When it returns, nothing of the
 * search is left.
 * @param options.at whom to ask.
 */
export async function firstFound(
  options: Place & { readonly at: readonly Endpoint[] },
  look: (location: Location, place: Place) => Promise<Router | null>,
): Promise<Router | null> {
  const { local, at, signal } = options;
  const over = new AbortController();
  const place = { local, signal: AbortSignal.any([signal, over.signal]) };
  const found = Promise.withResolvers<Router>();
  const lookAt = async (location: Location): Promise<void> => {
    const router = await look(location, place);
    if (router) found.resolve(router);
  };
  const looks: Promise<void>[] = [];
  const search = searchRouters({ ...place, at, onLocation: (location) => void looks.push(lookAt(location)) });
  const router = await Promise.race([found.promise, search.then(() => null)]);
  over.abort();
  await search;
  await Promise.all(looks);
  return router;
}
