/** How it stands with a partner, as whoever runs a server sees it. */
import type { Family } from '../../src/endpoint.ts';
import type { Standing } from './decisions/standing.ts';

/** How it stands with the partner of one family. */
export interface PartnerView {
  readonly family: Family;
  /** Null while its name has not been found. */
  readonly address: () => string | null;
  /** Behaviour tests are on offer while it is `up`. */
  readonly standing: () => Standing;
}
