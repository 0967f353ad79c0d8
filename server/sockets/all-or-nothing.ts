/** Opens sockets of several kinds on every address of the server: all of them, or none. */
import type { Endpoint } from '../../src/endpoint.ts';
import { type BoundSocket, bindOnAll, closeAll } from './bind.ts';
import type { ServedAddress } from './served-address.ts';

/** Opens one for every address, all on the same port; with port 0 that is a port free on all of them. */
export type OpenOnAll = <One extends BoundSocket>(
  port: number,
  one: (at: Endpoint) => Promise<One>,
) => Promise<readonly One[]>;

/** Gives a function that opens one of a kind for every address; when `openThem` fails, all that it has opened is closed. */
export async function allOrNothing<Result>(
  served: readonly ServedAddress[],
  openThem: (open: OpenOnAll) => Promise<Result>,
): Promise<Result> {
  const opened: AsyncDisposable[] = [];
  const addresses = served.map(({ bound }) => bound);
  try {
    return await openThem(async (at, one) => {
      const bound = await bindOnAll(addresses, at, (address, port) => one({ address, port }));
      opened.push(...bound);
      return bound;
    });
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}
