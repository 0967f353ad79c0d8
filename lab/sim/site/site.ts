/** How hosts reach the public network, after an access of lab/profiles.ts: realms, boxes between them, and one link to it all. */
import type { AccessProfile, NamedAccess, NatProfile } from '../../profiles.ts';
import { createFirewall, createUdpBlock } from '../nat/firewall.ts';
import { createNat } from '../nat/nat.ts';
import { createHost, type Host } from '../network/host.ts';
import type { Link } from '../network/link.ts';
import type { Middlebox } from '../network/middlebox.ts';
import type { Random } from '../network/random.ts';
import { addressPool, createRealm, type Realm } from '../network/realm.ts';
import { connectRouter, type Router } from '../network/router.ts';
import type { World } from '../network/world.ts';

/** The last part of the first inside address; those below are left to routers and people. */
const FIRST_INSIDE = 10;

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

export interface SiteOptions {
  /** Unique in the world. */
  readonly name: string;
  /** A NAT by its profile, any other access by its kind, or either under a name as `HARD_NATS` has them. */
  readonly access: AccessProfile | NamedAccess | NatProfile | BoxAccess;
  /** The link to the outside, behind every box of the site; default: in no time and without loss. */
  readonly link?: Link;
  /** Where the outside is; default: the public network. Another site's inside makes a shared carrier NAT. */
  readonly outside?: Realm;
  /** The first three parts of the hosts' addresses behind a NAT; default: `192.168.1`. */
  readonly prefix?: string;
}

export interface Site {
  /** Where its hosts are. */
  readonly inside: Realm;
  /** The site's routers, the innermost first; an open site has none. */
  readonly routers: readonly Router[];
  /** Puts a host into the site, at its next free address. @throws RangeError when the name is taken in the world. */
  readonly addHost: (name: string) => Host;
  /** Restarts every router in no time: NAT mappings, and the ways that firewalls have opened, are forgotten. */
  readonly reboot: () => void;
  /**
   * Cuts the site's link to the outside: what enters it is dropped from now on, in both directions, and what is under
   * way still arrives. An open site has a link for each host, and those of the hosts that are there are cut.
   */
  readonly cutLink: () => void;
  readonly restoreLink: () => void;
}

/** Puts a site into the world. @throws RangeError when its name is taken, or the access holds a value that it must not. */
export function createSite(world: World, options: SiteOptions): Site {
  const access = accessOf(options.access);
  switch (access.kind) {
    case 'open':
      return createOpenSite(world, options);
    case 'firewall':
      return createUntranslatedSite(world, { ...options, box: createFirewall(access) });
    case 'udp-blocked':
      return createUntranslatedSite(world, { ...options, box: createUdpBlock() });
    case 'nat':
      return createTranslatedSite(world, { ...options, layers: access.layers.map(boxOf) });
    case 'box':
      return createTranslatedSite(world, { ...options, layers: [access] });
    default:
      throw new RangeError(
        `access is ${JSON.stringify(access)}; it must be a NAT's profile, a named access, or of the kind open, firewall, nat, udp-blocked or box`,
      );
  }
}

function accessOf(access: SiteOptions['access']): AccessProfile | BoxAccess {
  if ('kind' in access) return access;
  return 'access' in access ? access.access : { kind: 'nat', layers: [access] };
}

function boxOf(profile: NatProfile): BoxAccess {
  const { poolSize } = profile;
  return { kind: 'box', poolSize, createBox: (context) => createNat({ profile, ...context }) };
}

/** The hosts are on the outside themselves, each with its link. */
function createOpenSite(world: World, { link, outside = world.internet }: SiteOptions): Site {
  const hosts: Host[] = [];
  return {
    inside: outside,
    routers: [],
    addHost: (name) => {
      const host = createHost(world, { name, realm: outside, ...(link && { link }) });
      hosts.push(host);
      return host;
    },
    reboot: () => {},
    cutLink: () => {
      for (const host of hosts) host.cutLink();
    },
    restoreLink: () => {
      for (const host of hosts) host.restoreLink();
    },
  };
}

/** The hosts have addresses of the outside, and a box before them that translates nothing. */
function createUntranslatedSite(world: World, options: SiteOptions & { readonly box: Middlebox }): Site {
  const { name, box, link, outside = world.internet } = options;
  const inside = createRealm(name, outside.allocate);
  const router = connectRouter(world, { name, box, inner: inside, outer: outside, ...(link && { link }) });
  const addHost = (hostName: string): Host => {
    const host = createHost(world, { name: hostName, realm: inside });
    for (const address of host.addresses) router.announce(address);
    return host;
  };
  return { inside, addHost, ...controls([router]) };
}

/** One router per layer, the outermost first, so that each has an outside to stand in. */
function createTranslatedSite(world: World, options: SiteOptions & { readonly layers: readonly BoxAccess[] }): Site {
  const { name, layers, link, outside = world.internet, prefix = '192.168.1' } = options;
  if (layers.length === 0) throw new RangeError('layers is empty; it must be one NAT at least, the innermost first');
  const routers: Router[] = [];
  let inside = outside;
  for (const [index, layer] of [...layers.entries()].reverse()) {
    const isOutermost = index === layers.length - 1;
    const outer = inside;
    // Between two NATs: shared address space (RFC 6598).
    const innerPrefix = index === 0 ? prefix : `100.64.${index}`;
    const layerName = layers.length === 1 ? name : `${name} layer ${index + 1}`;
    inside = createRealm(layerName, addressPool(innerPrefix, FIRST_INSIDE));
    routers.unshift(
      connectLayer(world, { name: layerName, layer, inner: inside, innerPrefix, outer, link: isOutermost && link }),
    );
  }
  const realm = inside;
  return {
    inside: realm,
    addHost: (hostName) => createHost(world, { name: hostName, realm }),
    ...controls(routers),
  };
}

interface LayerOptions {
  readonly name: string;
  readonly layer: BoxAccess;
  readonly inner: Realm;
  readonly innerPrefix: string;
  readonly outer: Realm;
  readonly link: Link | false | undefined;
}

/** Puts a router with the layer's box and public addresses between the two realms. */
function connectLayer(world: World, { name, layer, inner, innerPrefix, outer, link }: LayerOptions): Router {
  const { createBox, poolSize = 1 } = layer;
  const addresses: readonly [string, ...string[]] = [
    outer.allocate(),
    ...Array.from({ length: poolSize - 1 }, outer.allocate),
  ];
  const insideAddresses = addresses.map((_, index) => `${innerPrefix}.${FIRST_INSIDE + index}`);
  const box = createBox({ addresses, insideAddresses, random: world.random.fork(`nat ${name}`) });
  const router = connectRouter(world, { name, box, inner, outer, ...(link && { link }) });
  for (const address of addresses) router.announce(address);
  return router;
}

/** What can be done to a site with these routers, the innermost first, while it runs. */
function controls(routers: readonly Router[]): Pick<Site, 'routers' | 'reboot' | 'cutLink' | 'restoreLink'> {
  return {
    routers,
    reboot: () => {
      for (const router of routers) router.reboot();
    },
    cutLink: () => routers.at(-1)?.cutLink(),
    restoreLink: () => routers.at(-1)?.restoreLink(),
  };
}
