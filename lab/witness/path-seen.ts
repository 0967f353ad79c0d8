/** How what two sides had to say to each other went, told from their routers alone. */

export interface PathSeen {
  /** `none`: nothing of one side is known to have reached the other. */
  readonly kind: 'direct' | 'relayed' | 'none';
  /** Whom it went through if it was relayed: names of helpers, or addresses; the one with the most bytes first. */
  readonly via: readonly string[];
  /** Whether more than keepalives went that way; a path that carried only those is told by them. */
  readonly carriedPayload: boolean;
  /** When the payload, or else the first packets, began to go another way; the first one is when there was a path. */
  readonly changes: readonly PathChange[];
  /** Bytes that got through: direct, by the counters of the routers; relayed, what was seen to be passed on. */
  readonly bytes: { readonly direct: Ways; readonly relayed: Ways };
  /** One sentence that says what this was told from. */
  readonly evidence: string;
}

export interface PathChange {
  /** From the start of the pair. */
  readonly atMs: number;
  readonly kind: 'direct' | 'relayed';
}

export interface Ways {
  readonly fromA: number;
  readonly fromB: number;
}
