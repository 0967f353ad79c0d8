/** How much the relay takes from its clients, and how long it waits for them. */

/** The default lifetime, and the longest that is given (RFC 8656 §3.2). */
export const LIFETIME_S = 600;
export const LIFETIME_MAX_S = 3600;
/** The lifetime of a permission (RFC 8656 §9). */
export const PERMISSION_MS = 300_000;
/** The lifetime of a channel (RFC 8656 §12). */
export const CHANNEL_MS = 600_000;

export interface RelayLimits {
  /** How many allocations all users may have; each takes a file descriptor and a port. One more gets 508. */
  readonly allocations: number;
  /** How many one user may have. One more gets 486. An ICE agent makes one for each interface and transport. */
  readonly allocationsPerUser: number;
  /**
   * How many all users at one source (../../limit/source.ts) may have. One more gets 486. Whoever joins rooms again and
   * again is a new user each time, but comes from the same address.
   */
  readonly allocationsPerSource: number;
  /** How many addresses of peers, and how many channels, one allocation may have. One more gets 508. */
  readonly peersPerAllocation: number;
  /**
   * The bandwidth of one allocation each way, in a bucket that holds one second of it. Datagrams beyond it are dropped.
   */
  readonly bytesPerSecond: number;
  /** The bandwidth of all allocations of one source together, and of all that there are. */
  readonly bytesPerSecondPerSource: number;
  readonly bytesPerSecondInAll: number;
  /** How long an allocation outlives the session that the rendezvous gave its credentials to. */
  readonly orphanMs: number;
  /** How many TCP and TLS connections there may be, and how many from one source (../../limit/source.ts). */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** How long a connection may have no allocation. */
  readonly unallocatedMs: number;
  /** How much may wait for a client that reads slowly; more relayed data is dropped. */
  readonly bufferedBytes: number;
}

export const DEFAULT_RELAY_LIMITS: RelayLimits = {
  allocations: 1_000,
  allocationsPerUser: 16,
  // Enough for a site behind one address, 30 of whose peers relay at a time over both transports; 16 such sites fill
  // the relay.
  allocationsPerSource: 64,
  peersPerAllocation: 128,
  // 10 Mbit/s.
  bytesPerSecond: 1_250_000,
  // 20 Mbit/s: two allocations at full bandwidth, or 40 calls of 60 kB/s.
  bytesPerSecondPerSource: 2_500_000,
  // 100 Mbit/s, for five sources at full bandwidth: a third of what one core relays, and a tenth of a usual server's
  // link.
  bytesPerSecondInAll: 12_500_000,
  // A client notices a dead connection within 45 s (net/rendezvous-client.ts), and has 15 s more to come back.
  orphanMs: 60_000,
  connections: 2_000,
  connectionsPerAddress: 100,
  unallocatedMs: 15_000,
  bufferedBytes: 256 * 1024,
};

/** How often the lifetimes are checked; what nobody asks for ends late by at most this much. */
export const TICK_MS = 1_000;
