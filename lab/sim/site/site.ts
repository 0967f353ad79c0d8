/** How hosts reach the public network, after an AccessProfile: realms, boxes between them, and one link to it all. */
import type { AccessProfile, NatProfile } from '../../profiles.ts';
import { createFirewall, createUdpBlock } from '../nat/firewall.ts';
import { createNat } from '../nat/nat.ts';
import { createHost, type Host } from '../network/host.ts';
import type { Link } from '../network/link.ts';
import type { Middlebox } from '../network/middlebox.ts';
import { addressPool, createRealm, type Realm } from '../network/realm.ts';
import { connectRouter } from '../network/router.ts';
import type { World } from '../network/world.ts';

/** The last part of the first inside address; those below are left to routers and people. */
const FIRST_INSIDE = 10;

export interface SiteOptions {
  /** Unique in the world. */
  readonly name: string;
  readonly access: AccessProfile;
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
  readonly addHost: (name: string) => Host;
}

export function createSite(world: World, options: SiteOptions): Site {
  const { access } = options;
  switch (access.kind) {
    case 'open':
      return createOpenSite(world, options);
    case 'firewall':
      return createUntranslatedSite(world, { ...options, box: createFirewall(access) });
    case 'udp-blocked':
      return createUntranslatedSite(world, { ...options, box: createUdpBlock() });
    case 'nat':
      return createNatSite(world, { ...options, layers: access.layers });
  }
}

/** The hosts are on the outside themselves, each with a link of its own. */
function createOpenSite(world: World, { link, outside = world.internet }: SiteOptions): Site {
  return { inside: outside, addHost: (name) => createHost(world, { name, realm: outside, ...(link && { link }) }) };
}

/** The hosts have addresses of the outside, and a box before them that translates nothing. */
function createUntranslatedSite(world: World, options: SiteOptions & { readonly box: Middlebox }): Site {
  const { name, box, link, outside = world.internet } = options;
  const inside = createRealm(name, outside.allocate);
  const router = connectRouter(world, { name, box, inner: inside, outer: outside, ...(link && { link }) });
  return {
    inside,
    addHost: (hostName) => {
      const host = createHost(world, { name: hostName, realm: inside });
      for (const address of host.addresses) router.announce(address);
      return host;
    },
  };
}

/** One router per layer, the outermost first, so that each has an outside to stand in. */
function createNatSite(world: World, options: SiteOptions & { readonly layers: readonly NatProfile[] }): Site {
  const { name, layers, link, outside = world.internet, prefix = '192.168.1' } = options;
  let inside = outside;
  for (const [index, profile] of [...layers.entries()].reverse()) {
    const isInnermost = index === 0;
    const isOutermost = index === layers.length - 1;
    const outer = inside;
    const routerName = layers.length === 1 ? name : `${name} layer ${index + 1}`;
    // Between two NATs: shared address space (RFC 6598).
    const inner = createRealm(routerName, addressPool(isInnermost ? prefix : `100.64.${index}`, FIRST_INSIDE));
    const addresses: readonly [string, ...string[]] = [
      outer.allocate(),
      ...Array.from({ length: profile.poolSize - 1 }, outer.allocate),
    ];
    const box = createNat({ profile, addresses, random: world.random.fork(`nat ${routerName}`) });
    const router = connectRouter(world, {
      name: routerName,
      box,
      inner,
      outer,
      ...(isOutermost && link && { link }),
    });
    for (const address of addresses) router.announce(address);
    inside = inner;
  }
  const realm = inside;
  return { inside: realm, addHost: (hostName) => createHost(world, { name: hostName, realm }) };
}
