/** How hosts reach the public network, after an access of lab/profiles.ts: realms, boxes between them, and one link to it all. */
import type { Family } from '../../../src/endpoint.ts';
import type { AccessProfile, Ipv6Access, NamedAccess, NamedIpv6Access, NatProfile } from '../../profiles.ts';
import { createHost, type Host } from '../network/host.ts';
import type { Link } from '../network/link.ts';
import { createRealm, type Realm } from '../network/realm.ts';
import type { Router } from '../network/router.ts';
import { connectLink, type World } from '../network/world.ts';
import { type BoxAccess, connectWay, outermostName, type Way } from './way.ts';

export type { BoxAccess };

export interface SiteOptions {
  /** Unique in the world. */
  readonly name: string;
  /**
   * A NAT by its profile, any other access by its kind, or either under a name as `HARD_NATS` has them. With `ipv6`, as
   * `dualStack` makes it, every host has both families.
   */
  readonly access: AccessProfile | Ipv6Access | NamedAccess | NamedIpv6Access | NatProfile | BoxAccess;
  /** The family of the hosts where the access has no `ipv6`; default: IPv4. */
  readonly family?: Family;
  /** The link to the outside, behind every box of the site; default: in no time and without loss. */
  readonly link?: Link;
  /** Where the outside is; default: the public network. Another site's inside makes a shared carrier NAT. */
  readonly outside?: Realm;
  /** The first three parts of the hosts' IPv4 addresses behind a NAT; default: `192.168.1`. */
  readonly prefix?: string;
}

export interface Site {
  /** Where its hosts are. */
  readonly inside: Realm;
  /** The site's routers, the innermost first; those of IPv6 after those of IPv4. An open site of one family has none. */
  readonly routers: readonly Router[];
  /**
   * Puts a host into the site, at the next free address of each of its families. @throws RangeError when the name is taken
   * in the world.
   */
  readonly addHost: (name: string) => Host;
  /** Restarts every router in no time: NAT mappings, and the ways that firewalls have opened, are forgotten. */
  readonly reboot: () => void;
  /**
   * Restarts every router, and gives other public addresses to the outermost ones, as a provider does; hosts that are not
   * translated keep theirs.
   */
  readonly renumber: () => void;
  /**
   * Cuts the site's link to the outside, for both families: what enters it is dropped from now on, in both directions, and
   * what is under way still arrives. An open site of one family has a link for each host, and those of the hosts that are
   * there are cut.
   */
  readonly cutLink: () => void;
  readonly restoreLink: () => void;
}

/** Puts a site into the world. @throws RangeError when its name is taken, or the access holds a value that it must not. */
export function createSite(world: World, options: SiteOptions): Site {
  const [way, ipv6] = waysOf(options);
  return way.access.kind === 'open' && !ipv6
    ? createOpenSite(world, options)
    : createRoutedSite(world, options, ipv6 ? [way, ipv6] : [way]);
}

/** IPv4 first. */
function waysOf({ name, access, family = 'IPv4' }: SiteOptions): readonly [Way, Way?] {
  if ('kind' in access) return [{ name, family, access }];
  if (!('access' in access)) return [{ name, family, access: { kind: 'nat', layers: [access] } }];
  if (!('ipv6' in access) || !access.ipv6) return [{ name, family, access: access.access }];
  return [
    { name, family: 'IPv4', access: access.access },
    { name: `${name} IPv6`, family: 'IPv6', access: access.ipv6 },
  ];
}

/** The hosts are on the outside themselves, each with its link. */
function createOpenSite(world: World, { link, outside = world.internet, family }: SiteOptions): Site {
  const hosts: Host[] = [];
  return {
    inside: outside,
    routers: [],
    addHost: (name) => {
      const addresses = [outside.allocate(family)] as const;
      const host = createHost(world, { name, realm: outside, addresses, ...(link && { link }) });
      hosts.push(host);
      return host;
    },
    reboot: () => {},
    renumber: () => {},
    cutLink: () => {
      for (const host of hosts) host.cutLink();
    },
    restoreLink: () => {
      for (const host of hosts) host.restoreLink();
    },
  };
}

/** The hosts have routers before them, a row for each family, with one link to the outside. */
function createRoutedSite(world: World, options: SiteOptions, ways: readonly [Way, ...Way[]]): Site {
  const [way, ...others] = ways;
  const { name, link, outside = world.internet, prefix = '192.168.1' } = options;
  const pools = new Map<Family, () => string>();
  const inside = createRealm(name, pools);
  const shared = connectLink(world, { name: outermostName(way), link: link ?? null });
  const connected = ways.map((one) => connectWay(world, { ...one, inside, pools, outside, link: shared, prefix }));
  const routers = connected.flatMap((one) => one.routers);
  return {
    inside,
    routers,
    addHost: (hostName) => {
      const addresses = [inside.allocate(way.family), ...others.map(({ family }) => inside.allocate(family))] as const;
      return createHost(world, { name: hostName, realm: inside, addresses });
    },
    reboot: () => {
      for (const router of routers) router.reboot();
    },
    renumber: () => {
      for (const { renumber } of connected) renumber();
    },
    cutLink: shared.cut,
    restoreLink: shared.restore,
  };
}
