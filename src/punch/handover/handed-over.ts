/** A path that this process has let go of, so that another program can use it. */
import type { Endpoint } from '../../endpoint.ts';

/**
 * The sockets are closed, the peer has been told nothing, and the NATs let the path through for as long as they keep a mapping
 * that is not used: 30 s or more on most. Disposing of it gives back what the router has mapped on request; until then, that
 * is renewed.
 */
export interface HandedOver extends AsyncDisposable {
  /** Where the path's socket was bound: whoever binds there next has the path. */
  readonly local: Endpoint;
  /** Where the peer is reached. */
  readonly remote: Endpoint;
}
