/** Every address in the lab, derived from its subnets. The first address of each subnet belongs to the bridge. */

export interface Addressing {
  /** First three numbers of the public /24. */
  readonly publicPrefix: string;
  /** First two numbers of the private /16; site n has the /24 of that third number. */
  readonly privatePrefix: string;
  /** First two numbers of the /16 of the sites without translation, seen by everyone as they are. */
  readonly routedPrefix: string;
  /** The third number of what the first site would have there; default: 0. */
  readonly routedFirst?: number;
  /** First two numbers of the /16 between home routers and their carriers' NATs; default: shared space (RFC 6598). */
  readonly carrierPrefix?: string;
}

/** Documentation and benchmark ranges (RFC 5737, RFC 2544) stand for the public Internet, so that nobody's addresses are shadowed. */
export const DEFAULT_ADDRESSING: Addressing = {
  publicPrefix: '203.0.113',
  privatePrefix: '10.113',
  routedPrefix: '198.18',
};

const DEFAULT_CARRIER_PREFIX = '100.64';

/** UDP and TCP ports from `first` to `last`. */
export interface PortBlock {
  readonly first: number;
  readonly last: number;
}

export interface ClientPlace {
  readonly address: string;
  /** The ports that this client alone uses, inside and, where the NAT preserves ports, outside. */
  readonly ports: PortBlock;
}

export interface SitePlace {
  readonly subnet: string;
  /** The router's public address, or its address toward its carrier. */
  readonly wan: string;
  /** Further public addresses of the router. */
  readonly pool?: readonly string[];
  /** The subnet that stands for this one on the public side, host by host, where the router translates prefixes (RFC 6296). */
  readonly outside?: string;
  /** The router's address toward its clients. */
  readonly lan: string;
  readonly clients: readonly ClientPlace[];
}

/** A router between all members of the public network. */
export interface BackbonePlace {
  readonly subnet: string;
  readonly address: string;
}

export interface ServerPlace {
  readonly subnet: string;
  readonly primary: string;
  readonly alternate: string;
}

/** After the bridge's, up to the server's. */
const FIRST_HELPER = 2;
/** How many other hosts there may be on the public side. */
export const MAX_HELPERS = 8;
/** After the server's, up to the first router's. */
const FIRST_OF_POOLS = 12;
/** How many public addresses a router may have beside its first one. */
const POOL_ADDRESSES = 3;
const FIRST_ROUTER = 101;
const FIRST_CLIENT = 2;
/** After all sites, on the public network. */
const BACKBONE = 254;
const ROUTER_ON_LAN = 254;
/** Lower ports are left to programs that ask for them by number (RFC 6335 §6). */
const FIRST_USER_PORT = 1024;

export function serverPlace({ publicPrefix }: Addressing): ServerPlace {
  return { subnet: `${publicPrefix}.0/24`, primary: `${publicPrefix}.10`, alternate: `${publicPrefix}.11` };
}

/** The address of helper `index`, from 0. */
export function helperAddress({ publicPrefix }: Addressing, index: number): string {
  return `${publicPrefix}.${FIRST_HELPER + index}`;
}

export function backbonePlace({ publicPrefix }: Addressing): BackbonePlace {
  return { subnet: `${publicPrefix}.0/24`, address: `${publicPrefix}.${BACKBONE}` };
}

/** The carrier's NAT of site `index`: its one client is the site's own router. */
export function carrierPlace(
  { publicPrefix, carrierPrefix = DEFAULT_CARRIER_PREFIX }: Addressing,
  index: number,
): SitePlace & { readonly clients: readonly [ClientPlace] } {
  const prefix = `${carrierPrefix}.${index}`;
  return {
    subnet: `${prefix}.0/24`,
    wan: `${publicPrefix}.${FIRST_ROUTER + index}`,
    lan: `${prefix}.${ROUTER_ON_LAN}`,
    clients: [{ address: `${prefix}.${FIRST_CLIENT}`, ports: portBlock(0, 1) }],
  };
}

/** The addresses of site `index` (from 0) with that many clients. */
export function sitePlace(
  addressing: Addressing,
  { index, clients, routed }: { readonly index: number; readonly clients: number; readonly routed: boolean },
): SitePlace {
  const { publicPrefix, privatePrefix, routedPrefix, routedFirst = 0 } = addressing;
  const prefix = routed ? `${routedPrefix}.${routedFirst + index}` : `${privatePrefix}.${index}`;
  return {
    subnet: `${prefix}.0/24`,
    wan: `${publicPrefix}.${FIRST_ROUTER + index}`,
    lan: `${prefix}.${ROUTER_ON_LAN}`,
    clients: Array.from({ length: clients }, (_, client) => ({
      address: `${prefix}.${FIRST_CLIENT + client}`,
      ports: portBlock(client, clients),
    })),
  };
}

/** So many further public addresses of the outermost router of site `index`. @throws Error when there are not so many. */
export function poolAddresses({ publicPrefix }: Addressing, index: number, count: number): readonly string[] {
  const first = FIRST_OF_POOLS + index * POOL_ADDRESSES;
  if (count > POOL_ADDRESSES || first + count > FIRST_ROUTER) {
    throw new Error(`the container lab has no ${count} further public addresses for site ${index + 1}`);
  }
  return Array.from({ length: count }, (_, at) => `${publicPrefix}.${first + at}`);
}

/** The public address that the outermost router of site `index`, of so many, can get in place of its own; null if none is left. */
export function spareAddress({ publicPrefix }: Addressing, index: number, sites: number): string | null {
  const last = FIRST_ROUTER + sites + index;
  return last < BACKBONE ? `${publicPrefix}.${last}` : null;
}

/** Share number `index` of `count` equal shares of the user ports. */
export function portBlock(index: number, count: number): PortBlock {
  const size = Math.floor((65_536 - FIRST_USER_PORT) / count);
  const first = FIRST_USER_PORT + index * size;
  return { first, last: first + size - 1 };
}
