/** How much the relay takes, of its users and of strangers, and how long it waits for them. */

/** RFC 8656 §3.2: the default lifetime, and the most that is given. */
export const LIFETIME_S = 600;
export const LIFETIME_MAX_S = 3600;
/** RFC 8656 §9. */
export const PERMISSION_MS = 300_000;
/** RFC 8656 §12. */
export const CHANNEL_MS = 600_000;

export interface RelayLimits {
  /** Allocations at a time, of all users; each takes a file descriptor and a port. Beyond it: 508. */
  readonly allocations: number;
  /** Of one user. Beyond it: 486. An ICE agent makes one for each of its interfaces and each transport. */
  readonly allocationsPerUser: number;
  /**
   * From one source address (../limit/source.ts), of all its users. Beyond it: 486. Whoever joins rooms again and again is a
   * new user each time, but comes from the same address.
   */
  readonly allocationsPerSource: number;
  /** Peers' addresses, and channels, of one allocation. Beyond it: 508. */
  readonly peersPerAllocation: number;
  /** Of one allocation, each way: a bucket that holds what a second fills. Beyond it datagrams are dropped. */
  readonly bytesPerSecond: number;
  /** The same for all allocations from one source together, and for all there are. */
  readonly bytesPerSecondPerSource: number;
  readonly bytesPerSecondInAll: number;
  /** How long an allocation outlives the session of the rendezvous that its credentials were given to. */
  readonly orphanMs: number;
  /** TCP and TLS connections, those still shaking hands among them, and those from one source (../limit/source.ts). */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** How long a connection may be without an allocation. */
  readonly unallocatedMs: number;
  /** What may wait for a client that reads slowly; beyond it relayed data is dropped. */
  readonly bufferedBytes: number;
}

export const DEFAULT_RELAY_LIMITS: RelayLimits = {
  allocations: 1_000,
  allocationsPerUser: 16,
  // A site behind one address of a carrier, with 30 peers who relay at a time over both transports; 16 such fill the relay.
  allocationsPerSource: 64,
  peersPerAllocation: 128,
  // 10 Mbit/s.
  bytesPerSecond: 1_250_000,
  // 20 Mbit/s: two allocations at their most, or 40 calls of 60 kB/s.
  bytesPerSecondPerSource: 2_500_000,
  // 100 Mbit/s, of five sources at their most: a third of what one core relays, and a tenth of a usual server's link.
  bytesPerSecondInAll: 12_500_000,
  // A client notices a dead connection within 45 s (net/rendezvous-client.ts), and has 15 s more to come back.
  orphanMs: 60_000,
  connections: 2_000,
  connectionsPerAddress: 100,
  unallocatedMs: 15_000,
  bufferedBytes: 256 * 1024,
};

/** How often the lifetimes are looked at; what nobody asks for ends late by that much at most. */
export const TICK_MS = 1_000;
