/**
 * What each NAT of the lab does, once, as data in RFC 4787 terms.
 * lab/sim and lab/docker realize the same profiles; lab/conformance.ts holds both to them.
 */
import type { Dependency } from '../src/nat/behavior.ts';

/** How a NAT chooses the public port of a new mapping (RFC 4787 §4.2). */
export type PortAllocation = 'preserved' | 'sequential' | 'random';

/** Whether the public addresses of a pool stay with an internal host (RFC 4787 §4.1, REQ-2). */
export type Pooling = 'paired' | 'arbitrary';

export interface NatProfile {
  readonly name: string;
  readonly mapping: Dependency;
  readonly filtering: Dependency;
  readonly ports: PortAllocation;
  /** Idle time after which a mapping ends, in ms (RFC 4787 REQ-5 asks for at least 120 s). */
  readonly lifetimeMs: number;
  /** Whether an inside host reaches another by its public endpoint (RFC 4787 §6). */
  readonly hairpin: boolean;
  /** How many public addresses the NAT owns. */
  readonly poolSize: number;
  readonly pooling: Pooling;
}

const HOME_ROUTER = {
  ports: 'preserved',
  lifetimeMs: 120_000,
  hairpin: false,
  poolSize: 1,
  pooling: 'paired',
} as const satisfies Partial<NatProfile>;

export const FULL_CONE: NatProfile = {
  name: 'full-cone',
  mapping: 'endpoint-independent',
  filtering: 'endpoint-independent',
  ...HOME_ROUTER,
};

export const RESTRICTED: NatProfile = {
  name: 'restricted',
  mapping: 'endpoint-independent',
  filtering: 'address-dependent',
  ...HOME_ROUTER,
};

export const PORT_RESTRICTED: NatProfile = {
  name: 'port-restricted',
  mapping: 'endpoint-independent',
  filtering: 'address-and-port-dependent',
  ...HOME_ROUTER,
};

export const SYMMETRIC: NatProfile = {
  name: 'symmetric',
  mapping: 'address-and-port-dependent',
  filtering: 'address-and-port-dependent',
  ...HOME_ROUTER,
  ports: 'random',
};

/** The four classic NATs, in the order in which every table shows them. */
export const CLASSIC_NATS: readonly NatProfile[] = [FULL_CONE, RESTRICTED, PORT_RESTRICTED, SYMMETRIC];
