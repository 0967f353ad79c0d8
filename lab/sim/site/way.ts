/** One family's way out of a site: the boxes that its access asks for, each in a router, between the inside and the outside. */
import type { Family } from '../../../src/endpoint.ts';
import type { AccessProfile, Ipv6Access, NatProfile } from '../../profiles.ts';
import { createBlackHole, createFirewall, createRoute, createUdpBlock } from '../nat/firewall.ts';
import { createNat } from '../nat/nat.ts';
import type { Link } from '../network/link.ts';
import type { Middlebox } from '../network/middlebox.ts';
import type { Random } from '../network/random.ts';
import { addressIn, addressPool, createRealm, type Realm } from '../network/realm.ts';
import { connectRouter, type Router, type RouterOptions } from '../network/router.ts';
import type { ConnectedLink, World } from '../network/world.ts';

/** The last part of the first inside address; those below are left to routers and people. */
const FIRST_INSIDE: Readonly<Record<Family, number>> = { IPv4: 10, IPv6: 0x10 };

/** A box of your making, between private addresses and these public ones. */
export interface BoxAccess {
  readonly kind: 'box';
  /**
   * `random` is chance for the box alone, by the world's seed and the name of the site; `insideAddresses` are those that the
   * first hosts get, one for each public address.
   */
  readonly createBox: (context: {
    readonly addresses: readonly [string, ...string[]];
    readonly insideAddresses: readonly string[];
    readonly random: Random;
  }) => Middlebox;
  /** How many public addresses the box has; default: 1. */
  readonly poolSize?: number;
}

/** What is done with the packets of a family. */
export interface Way {
  readonly family: Family;
  readonly access: AccessProfile | Ipv6Access | BoxAccess;
  /** The name of its router, or what those of several NATs begin with. */
  readonly name: string;
}

interface WayOptions extends Way {
  readonly inside: Realm;
  /** Gets the pool of the inside's addresses. */
  readonly pools: Map<Family, () => string>;
  readonly outside: Realm;
  /** The link of the outermost router. */
  readonly link: Link | ConnectedLink | undefined;
  /** Of the inside's IPv4 addresses behind a NAT. */
  readonly prefix: string;
}

/** A way out of a site. */
export interface ConnectedWay {
  /** The innermost first. */
  readonly routers: readonly Router[];
  /** Restarts all of them; the outermost has other public addresses then, if it translates. */
  readonly renumber: () => void;
}

/** Connects the inside to the outside for the packets of that family. */
export function connectWay(world: World, options: WayOptions): ConnectedWay {
  const { access } = options;
  switch (access.kind) {
    case 'open':
      return connectUntranslated(world, options, createRoute());
    case 'firewall':
      return connectUntranslated(world, options, createFirewall(access));
    case 'udp-blocked':
      return connectUntranslated(world, options, createUdpBlock());
    case 'dropped':
      return connectUntranslated(world, options, createBlackHole());
    case 'nat':
      return connectLayers(world, options, access.layers.map(boxOf));
    case 'box':
      return connectLayers(world, options, [access]);
    default:
      throw new RangeError(
        `access is ${JSON.stringify(access)}; it must be a NAT's profile, a named access, or of the kind open, firewall, nat, udp-blocked, dropped or box`,
      );
  }
}

/** The name of the router that is the last one on the way out. */
export function outermostName({ name, access }: Way): string {
  return access.kind === 'nat' ? layerName(name, access.layers.length - 1, access.layers.length) : name;
}

/** One of several NATs in a row is numbered, the innermost is 1. */
function layerName(name: string, index: number, count: number): string {
  return count === 1 ? name : `${name} layer ${index + 1}`;
}

function boxOf(profile: NatProfile): BoxAccess {
  const { poolSize } = profile;
  return { kind: 'box', poolSize, createBox: (context) => createNat({ profile, ...context }) };
}

/** The inside has addresses of the outside, each known there from when it is given out. */
function connectUntranslated(world: World, way: WayOptions, box: Middlebox): ConnectedWay {
  const { name, family, inside, pools, outside, link } = way;
  const router = connectRouter(world, { name, family, box, inner: inside, outer: outside, ...(link && { link }) });
  pools.set(family, () => {
    const address = outside.allocate(family);
    router.announce(address);
    return address;
  });
  return { routers: [router], renumber: () => router.reboot() };
}

/** One router per layer, the outermost first, so that each has an outside to stand in. */
function connectLayers(world: World, way: WayOptions, layers: readonly BoxAccess[]): ConnectedWay {
  const { name: site, family, inside, pools, outside, link } = way;
  if (layers.length === 0) throw new RangeError('layers is empty; it must be one NAT at least, the innermost first');
  const routers: Router[] = [];
  let outer = outside;
  for (const [index, layer] of [...layers.entries()].reverse()) {
    const name = layerName(site, index, layers.length);
    const prefix = insidePrefix(world, way, index);
    const isOutermost = index === layers.length - 1;
    const innerPools = index === 0 ? pools : new Map<Family, () => string>();
    innerPools.set(family, addressPool(family, { prefix, first: FIRST_INSIDE[family] }));
    const inner = index === 0 ? inside : createRealm(name, innerPools);
    const place = { name, family, inner, outer, ...(isOutermost && link && { link }) };
    routers.unshift(connectLayer(world, place, { layer, prefix }));
    outer = inner;
  }
  const poolSize = layers.at(-1)?.poolSize ?? 1;
  return {
    routers,
    renumber: () => {
      for (const router of routers.slice(0, -1)) router.reboot();
      routers.at(-1)?.reboot(publicAddresses(outside, family, poolSize));
    },
  };
}

function publicAddresses(outer: Realm, family: Family, count: number): readonly [string, ...string[]] {
  const allocate = (): string => outer.allocate(family);
  return [allocate(), ...Array.from({ length: count - 1 }, allocate)];
}

/**
 * The prefix behind the NAT at that place of the row. Between two NATs there is shared address space (RFC 6598); of IPv6, a
 * site has unique local addresses of its own (RFC 4193 §3), by the world's seed and its name, with a subnet for each NAT.
 */
function insidePrefix(world: World, { name, family, prefix }: WayOptions, index: number): string {
  if (family === 'IPv4') return index === 0 ? prefix : `100.64.${index}`;
  const [a, b, c] =
    Buffer.from(world.random.fork(`unique local ${name}`).bytes(6))
      .toString('hex')
      .match(/.{4}/g) ?? [];
  return `fd${a?.slice(2)}:${b}:${c}:${index}`;
}

/** Puts a router with the layer's box and public addresses between the two realms. */
function connectLayer(
  world: World,
  place: Omit<RouterOptions, 'box'> & { readonly family: Family },
  { layer, prefix }: { readonly layer: BoxAccess; readonly prefix: string },
): Router {
  const { name, family, outer } = place;
  const { createBox, poolSize = 1 } = layer;
  const addresses = publicAddresses(outer, family, poolSize);
  const insideAddresses = addresses.map((_, index) => addressIn(prefix, FIRST_INSIDE[family] + index));
  const box = createBox({ addresses, insideAddresses, random: world.random.fork(`nat ${name}`) });
  const router = connectRouter(world, { ...place, box });
  for (const address of addresses) router.announce(address);
  return router;
}
