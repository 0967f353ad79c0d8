/**
 * What each NAT of the lab does, once, as data in RFC 4787 terms.
 * lab/sim and lab/docker realize the same profiles; lab/conformance.ts holds both to them.
 */
import type { Dependency } from '../src/nat/behavior.ts';

/**
 * How a NAT chooses the public port of a new mapping (RFC 4787 §4.2). `preserved`: the host's own, as long as no other
 * host's mapping has it. `parity`: any other, but an even one for an even one, and an odd one for an odd one (§4.2.2).
 */
export const PORT_ASSIGNMENT_KINDS = [
  'preserved',
  'parity',
  'sequential',
  'socket-sequential',
  'random',
  'block',
] as const;
export type PortAssignmentKind = (typeof PORT_ASSIGNMENT_KINDS)[number];

/** Whether the public addresses of a pool stay with an internal host (RFC 4787 §4.1, REQ-2). */
export type Pooling = 'paired' | 'arbitrary';

/**
 * How a NAT translates (RFC 2663 §4.1): `static`, one public address for each inside address from the start; `dynamic`,
 * addresses of a pool and no other port than the host's; `napt`, ports as well.
 */
export type TranslationKind = 'static' | 'dynamic' | 'napt';

export interface NatProfile {
  readonly name: string;
  /** Default: `napt`. The other two keep every port, and their mapping is endpoint-independent. */
  readonly translation?: TranslationKind;
  readonly mapping: Dependency;
  readonly filtering: Dependency;
  readonly ports: PortAssignmentKind;
  /** What `sequential` and `socket-sequential` ports differ by, one from the next; default: 1. */
  readonly portStep?: number;
  /** How many contiguous ports a host behind a NAT with `block` ports has to itself (RFC 7422); default: 1024. */
  readonly blockSize?: number;
  /**
   * Whether a packet from outside that no mapping lets in is remembered, as by a Linux router that accepts packets to
   * itself: the host's packet to its sender then leaves from another port than the mapping's. Default: no.
   */
  readonly inboundFirst?: boolean;
  /** Idle time after which a mapping ends, in ms (RFC 4787 REQ-5 asks for at least 120 s). */
  readonly lifetimeMs: number;
  /** Whether an inside host reaches another by its public endpoint (RFC 4787 §6). */
  readonly hairpin: boolean;
  /** How many public addresses the NAT owns; one of a static NAT is for one host. */
  readonly poolSize: number;
  readonly pooling: Pooling;
}

/** Ports of a block where a profile names no size. */
export const DEFAULT_BLOCK_SIZE = 1024;

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

/** One counter for all mappings of the router, so that the next port can be predicted. */
export const SYMMETRIC_SEQUENTIAL: NatProfile = { ...SYMMETRIC, name: 'symmetric-sequential', ports: 'sequential' };

/** One public endpoint for each address that is sent to, whatever its port. */
export const SYMMETRIC_ADDRESS: NatProfile = {
  ...SYMMETRIC,
  name: 'symmetric-address',
  mapping: 'address-dependent',
};

/** Random ports, but only of a small range that the host has to itself: what a carrier does to keep short logs. */
export const SYMMETRIC_BLOCK: NatProfile = { ...SYMMETRIC, name: 'symmetric-block', ports: 'block' };

/** Port-restricted toward a peer that waits for the host's packet; one that sends first is answered from a port that it does not know. */
export const INBOUND_FIRST: NatProfile = { ...PORT_RESTRICTED, name: 'inbound-first', inboundFirst: true };

/** One public address for each of two hosts, at which anyone reaches every port. */
export const STATIC: NatProfile = { ...FULL_CONE, name: 'static', translation: 'static', poolSize: 2 };

/** The same behind a stateful firewall. */
export const STATIC_FILTERED: NatProfile = { ...STATIC, name: 'static-filtered', filtering: PORT_RESTRICTED.filtering };

/** Each socket gets any address of a pool on which its port is free. */
export const DYNAMIC: NatProfile = {
  ...PORT_RESTRICTED,
  name: 'dynamic',
  translation: 'dynamic',
  poolSize: 4,
  pooling: 'arbitrary',
};

/** The NATs that translate no port (RFC 2663 §4.1.1); all others are NAPTs. */
export const TRANSLATIONS: readonly NatProfile[] = [STATIC, STATIC_FILTERED, DYNAMIC];

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

/**
 * How a host reaches the public network over IPv6, by a path of its own. `dropped`: it has a public address and a default
 * route, as announced, and every packet is lost on the way. No firewall lets in what is for a socket that has sent nothing
 * yet, whatever its filtering.
 */
export type Ipv6Access =
  | Exclude<AccessProfile, { readonly kind: 'udp-blocked' }>
  /**
   * With `nat64`, the clients have no other link than one of IPv6, which carries their IPv4 (464XLAT, RFC 6877): each translates
   * for its own programs, and the router is a NAT64 (RFC 6146) before it is what is done with IPv4. To the simulated lab that is
   * the same as without.
   */
  | { readonly kind: 'dropped'; readonly nat64?: true };

export interface NamedAccess {
  readonly name: string;
  /** What is done with IPv4. */
  readonly access: AccessProfile;
  /** What is done with IPv6; default: there is none. */
  readonly ipv6?: Ipv6Access;
}

/** An access to IPv6 under its name. */
export interface NamedIpv6Access {
  readonly name: string;
  readonly access: Ipv6Access;
}

/** A home router behind its carrier's NAT, with shared address space between them (RFC 6598). */
export const CARRIER_GRADE: NamedAccess = {
  name: 'carrier-grade',
  access: { kind: 'nat', layers: [PORT_RESTRICTED, { ...PORT_RESTRICTED, name: 'carrier' }] },
};

/** The NATs that make a punch harder than the classic four do, in the order in which every table shows them, after those. */
export const HARD_NATS: readonly (NatProfile | NamedAccess)[] = [
  SYMMETRIC_SEQUENTIAL,
  SYMMETRIC_ADDRESS,
  SYMMETRIC_BLOCK,
  INBOUND_FIRST,
  CARRIER_GRADE,
];

/** RFC 6092 §3.2.1 REC-14: a firewall keeps the state of a UDP flow for at least two minutes. */
const FIREWALL_LIFETIME_MS = 120_000;

/** A prefix has room for more than any lab has hosts. */
const NPTV6_HOSTS = 16;

/** What home routers do with IPv6, in the order in which every table shows it (RFC 6092 §3.2.1). */
export const IPV6_ACCESSES: readonly NamedIpv6Access[] = [
  { name: 'ipv6-open', access: { kind: 'open' } },
  {
    name: 'ipv6-transparent',
    access: { kind: 'firewall', filtering: 'endpoint-independent', lifetimeMs: FIREWALL_LIFETIME_MS },
  },
  {
    name: 'ipv6-firewall',
    access: { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: FIREWALL_LIFETIME_MS },
  },
  { name: 'nat66', access: { kind: 'nat', layers: [{ ...PORT_RESTRICTED, name: 'nat66' }] } },
  // RFC 6296: one prefix stands for the other, host by host, for hosts inside as well (§4).
  {
    name: 'nptv6',
    access: { kind: 'nat', layers: [{ ...STATIC, name: 'nptv6', hairpin: true, poolSize: NPTV6_HOSTS }] },
  },
  {
    name: 'nptv6-firewall',
    access: { kind: 'nat', layers: [{ ...STATIC_FILTERED, name: 'nptv6-firewall', poolSize: NPTV6_HOSTS }] },
  },
];

/** IPv6 that is announced and does not work. */
export const IPV6_DROPPED: NamedIpv6Access = { name: 'ipv6-dropped', access: { kind: 'dropped' } };

/** One router forgets what is idle in both families equally soon: its IPv6 has the lifetime of its IPv4. */
export function ipv6Beside(ipv4: AccessProfile, ipv6: Ipv6Access): Ipv6Access {
  const lifetimeMs = ipv4.kind === 'nat' ? ipv4.layers[0].lifetimeMs : null;
  if (lifetimeMs === null) return ipv6;
  if (ipv6.kind === 'firewall') return { ...ipv6, lifetimeMs };
  if (ipv6.kind !== 'nat') return ipv6;
  const [nat, ...outer] = ipv6.layers;
  return { ...ipv6, layers: [{ ...nat, lifetimeMs }, ...outer] };
}

/** A host with both families: behind that NAT with IPv4, and with that access to IPv6. */
export function dualStack(ipv4: NatProfile | NamedAccess, ipv6: NamedIpv6Access): NamedAccess {
  const access: AccessProfile = 'access' in ipv4 ? ipv4.access : { kind: 'nat', layers: [ipv4] };
  return { name: `${ipv4.name}+${ipv6.name}`, access, ipv6: ipv6Beside(access, ipv6.access) };
}
