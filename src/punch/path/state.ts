/** How an open path is doing, as its holder is told. */
import type { IceEvent } from '../../ice/event.ts';

/**
 * `live`: the peer answers. `doubtful`: it has not answered for 5 to 7.5 s, and may again, which makes it live. The other
 * two are final: it has said that it closes the path, or has not answered for 30 s (RFC 7675 §5.1); `lost` is also a path
 * whose relay is lost, or of which a callback has thrown.
 */
export type PathState = 'live' | 'doubtful' | 'closed-by-peer' | 'lost';

/** What each event makes of the path; the others leave it as it is. */
export const STATE_AFTER: Readonly<Partial<Record<IceEvent['kind'], PathState>>> = {
  'consent-doubtful': 'doubtful',
  'consent-restored': 'live',
  'consent-lost': 'lost',
  'closed-by-peer': 'closed-by-peer',
};
