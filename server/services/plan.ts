/** Where STUN and TURN are served. */
import type { FamilyAddresses } from '../sockets/served-address.ts';

export interface ServicesPlan {
  /** The addresses of each family in use. */
  readonly families: readonly FamilyAddresses[];
  readonly port: number;
  readonly altPort: number;
  readonly software?: string;
}
