/** Relays as they are chosen from, and what was chosen. */

/** A relay that may be handed out, as far as is known. */
export interface RelayOffer {
  /** What tells it from others: the name of its node, or its host. */
  readonly name: string;
  /** URLs of RFC 7065. */
  readonly urls: readonly string[];
  /** Where it is, in the operator's words; null where that is not told. */
  readonly region: string | null;
  /** How much it has of what it may have: 1 is all of it. Null where nobody knows. */
  readonly load: number | null;
}

/** The relay of a node. */
export interface NodeRelay extends RelayOffer {
  /** Until when it may be handed out, unless more is heard of it; in ms of a monotonic clock. */
  readonly until: number;
}

/** All that a server chooses from. */
export interface RelayChoice {
  /** Its relay; null where it has none to hand out. */
  readonly own: RelayOffer | null;
  /** The servers that others run. */
  readonly others: readonly RelayOffer[];
  /** Where it is, and so the peers that have chosen it as the nearest; null where that is not told. */
  readonly region: string | null;
}

/** What a peer is offered. */
export interface ChosenRelays {
  readonly nodes: readonly RelayOffer[];
  readonly others: readonly RelayOffer[];
}
