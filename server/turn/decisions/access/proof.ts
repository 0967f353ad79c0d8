/** Who a request is from, once it has shown that. */
import type { IntegrityAlgorithm } from '../../../../src/stun/integrity.ts';

export interface Credentials {
  readonly username: string;
  /** Whose quota counts. */
  readonly user: string;
  /** The session of the rendezvous that they were given to, whose end is theirs; null: they are nobody's session's. */
  readonly session: string | null;
  readonly key: Uint8Array;
}

/** What a request has shown, and with which algorithm the answer shows the same. */
export interface Proof {
  readonly credentials: Credentials;
  readonly algorithm: IntegrityAlgorithm;
}
