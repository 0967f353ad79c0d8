/** The state of an open path, as its holder is told. */
import type { IceEvent } from '../../ice/event.ts';

/**
 * A path is `live` while the peer answers. It is `doubtful` when the peer has not answered for 5 to 7.5 s; an answer makes it
 * live again. The other two states are final: the peer has closed the path, or has not answered for 30 s (RFC 7675 §5.1). A
 * path is also `lost` when its relay is lost, or when a callback has thrown.
 */
export type PathState = 'live' | 'doubtful' | 'closed-by-peer' | 'lost';

/** The state that each event leads to; other events leave it as it is. */
export const STATE_AFTER: Readonly<Partial<Record<IceEvent['kind'], PathState>>> = {
  'consent-doubtful': 'doubtful',
  'consent-restored': 'live',
  'consent-lost': 'lost',
  'closed-by-peer': 'closed-by-peer',
};
