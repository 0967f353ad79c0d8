/**
 * What each NAT of the lab does, once, as data in RFC 4787 terms.
 * lab/sim and lab/docker realize the same profiles; lab/conformance.ts holds both to them.
 */
import { DEPENDENCIES, type Dependency } from '../src/nat/behavior.ts';

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

/** How a host reaches the public network. */
export type AccessProfile =
  /** A public address and nothing before it. */
  | { readonly kind: 'open' }
  /** A public address behind a stateful firewall that translates nothing. */
  | { readonly kind: 'firewall'; readonly filtering: Dependency; readonly lifetimeMs: number }
  /** One NAT, or several in a row, the innermost first: a home router, then its carrier's. */
  | { readonly kind: 'nat'; readonly layers: readonly [NatProfile, ...NatProfile[]] }
  /** A public address in a network that lets TCP through and no UDP. */
  | { readonly kind: 'udp-blocked' };

/** What an observer in the public network can find out about an access. */
export type ObservedAccess =
  | { readonly kind: 'udp'; readonly mapping: Dependency | 'none'; readonly filtering: Dependency }
  | { readonly kind: 'no-udp' };

/**
 * What the access is when seen from outside. Of nested NATs the most dependent mapping and the most dependent filtering
 * show: each layer gives a new endpoint, or lets a packet in, only where those before it have not settled it.
 */
export function observedAccess(access: AccessProfile): ObservedAccess {
  switch (access.kind) {
    case 'open':
      return { kind: 'udp', mapping: 'none', filtering: 'endpoint-independent' };
    case 'firewall':
      return { kind: 'udp', mapping: 'none', filtering: access.filtering };
    case 'nat': {
      const { layers } = access;
      const mapping = mostDependent(layers.map((layer) => layer.mapping));
      const filtering = mostDependent(layers.map((layer) => layer.filtering));
      return { kind: 'udp', mapping, filtering };
    }
    case 'udp-blocked':
      return { kind: 'no-udp' };
  }
}

function mostDependent(dependencies: readonly Dependency[]): Dependency {
  return DEPENDENCIES.findLast((one) => dependencies.includes(one)) ?? 'endpoint-independent';
}
