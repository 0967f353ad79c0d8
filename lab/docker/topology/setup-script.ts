/** What each container runs first, as root with NET_ADMIN: it names its links by their addresses, and sets its only way out. */
import { BACKBONE_IPV6_RULES } from '../router/ipv6-rules.ts';
import { clientNat64, NAT64_LINK, routerNat64 } from '../router/nat64.ts';
import { BACKBONE_RULES, type RouterRules } from '../router/rules.ts';
import type { BackbonePlace, ClientPlace, ServerPlace, SitePlace } from './addressing.ts';
import { PREFIX_LENGTH } from './ipv6-addressing.ts';

/** Printed when a container is ready. */
export const READY = 'natcheck-lab: ready';

/** A subnet behind a router of the public network that does not translate addresses. */
export interface Route {
  readonly subnet: string;
  readonly via: string;
}

/** How a router or the server reaches what is beyond its links. */
export type Uplink =
  /** On the public network everyone is on one link; the routes lead to the subnets behind routers that do not translate. */
  | { readonly kind: 'link'; readonly routes: readonly Route[] }
  /** It is behind a router. */
  | { readonly kind: 'gateway'; readonly address: string }
  /** On the public network everyone else is behind this router, though the link is the same. */
  | { readonly kind: 'backbone'; readonly place: BackbonePlace };

const HEAD = `set -eu
# The engine numbers interfaces as it likes, so each is found by its address.
name_link() {
  link=$(ip -o -4 addr show to "$1" | awk '{print $2}')
  ip link set "$link" down
  ip link set "$link" name "$2"
  ip link set "$2" up
}
no_more_links_than() {
  [ "$(ip -o link | grep -c 'link/ether')" -eq "$1" ] || { echo "unexpected interface:"; ip -br addr; exit 1; } >&2
}
ip route flush default`;

const TAIL = `echo '${READY}'
exec sleep infinity`;

/** Where a member of the public network is in one family, and how it reaches the others. */
export interface Placed<P> {
  readonly place: P;
  readonly uplink: Uplink;
}

/** Two addresses on the public network, or two of each family; no way beyond it. */
export function serverScript({ place, uplink }: Placed<ServerPlace>, ipv6: Placed<ServerPlace> | null = null): string {
  return script(
    'no_more_links_than 1',
    `name_link ${place.primary} wan`,
    `ip addr add ${place.alternate}/24 dev wan`,
    ...uplinkCommands(uplink),
    ...(ipv6
      ? [
          ...ipv6Link('wan', ipv6.place.primary),
          ipv6Address('wan', ipv6.place.alternate),
          ...uplinkCommands(ipv6.uplink),
        ]
      : []),
  );
}

/** One address on the public network, or one of each family; no way beyond it. */
export function helperScript({ place, uplink }: Placed<string>, ipv6: Placed<string> | null = null): string {
  return script(
    'no_more_links_than 1',
    `name_link ${place} wan`,
    ...uplinkCommands(uplink),
    ...(ipv6 ? [...ipv6Link('wan', ipv6.place), ...uplinkCommands(ipv6.uplink)] : []),
  );
}

/** The backbone in one family, and the routes that it knows. */
export interface BackbonePlan {
  readonly place: BackbonePlace;
  readonly routes: readonly Route[];
}

/** One link with both directions on it: what comes in for another member goes out again. */
export function backboneScript({ place, routes }: BackbonePlan, ipv6: BackbonePlan | null = null): string {
  const { iptables, nft } = BACKBONE_RULES;
  return script(
    'no_more_links_than 1',
    loadRules({ iptables, nft: ipv6 ? `${nft}${BACKBONE_IPV6_RULES}` : nft }),
    `name_link ${place.address} wan`,
    ...routes.map(routeCommand),
    ...(ipv6 ? [...ipv6Link('wan', ipv6.place.address), ...ipv6.routes.map(routeCommand)] : []),
  );
}

export interface RouterSetup {
  /** For both families. */
  readonly rules: RouterRules;
  readonly uplink: Uplink;
  /** Whether its clients have IPv6 alone; default: no. */
  readonly isNat64?: boolean;
  /** What it has of IPv6, if anything. */
  readonly ipv6?: (Placed<SitePlace> & { /** Beyond its clients. */ readonly inward: readonly Route[] }) | null;
}

export function routerScript(place: SitePlace, { rules, uplink, ipv6 = null, isNat64 = false }: RouterSetup): string {
  const link = isNat64 ? NAT64_LINK : 'lan';
  return script(
    'no_more_links_than 2',
    loadRules(rules),
    `name_link ${place.wan} wan`,
    ...(place.pool ?? []).map((address) => `ip addr add ${address}/24 dev wan`),
    `name_link ${place.lan} ${link}`,
    ...uplinkCommands(uplink, place.wan),
    ...(ipv6
      ? [
          ...ipv6Link('wan', ipv6.place.wan),
          ...ipv6Link(link, ipv6.place.lan),
          ...uplinkCommands(ipv6.uplink, ipv6.place.wan),
          ...ipv6.inward.map(routeCommand),
        ]
      : []),
    ...(isNat64 && ipv6 ? [`ip -4 addr flush dev ${link}`, ...routerNat64(place, ipv6.place)] : []),
  );
}

/** Where a client is in one family, and its router. */
export interface ClientSetup {
  readonly place: ClientPlace;
  readonly router: string;
}

/** One link, and one way out of it: the router. With `isNat64`, IPv4 goes that way over IPv6. */
export function clientScript(
  { place, router }: ClientSetup,
  ipv6: (ClientSetup & { readonly isNat64?: boolean }) | null = null,
): string {
  const isNat64 = ipv6?.isNat64 ?? false;
  return script(
    'no_more_links_than 1',
    `name_link ${place.address} lan`,
    ...(isNat64 ? ['ip -4 addr flush dev lan'] : uplinkCommands({ kind: 'gateway', address: router })),
    ...(ipv6
      ? [...ipv6Link('lan', ipv6.place.address), ...uplinkCommands({ kind: 'gateway', address: ipv6.router })]
      : []),
    ...(ipv6 && isNat64 ? clientNat64({ address: place.address, address6: ipv6.place.address }) : []),
  );
}

/**
 * Gives a link that has its name its first IPv6 address. The kernel's own link-local address is replaced by one that has no
 * second in which it must not be used (RFC 4862 §5.4): without it, a router finds no neighbour.
 */
function ipv6Link(link: string, address: string): readonly string[] {
  const host = address.slice(address.lastIndexOf(':') + 1);
  return [`ip -6 addr flush dev ${link} scope link`, ipv6Address(link, `fe80::${host}`), ipv6Address(link, address)];
}

function ipv6Address(link: string, address: string): string {
  return `ip addr add ${address}/${PREFIX_LENGTH} dev ${link} nodad`;
}

/** @param self the router's own address: a route by way of itself is left out. */
function uplinkCommands(uplink: Uplink, self?: string): readonly string[] {
  switch (uplink.kind) {
    case 'link':
      return uplink.routes.filter(({ via }) => via !== self).map(routeCommand);
    case 'gateway':
      return [`ip route add default via ${uplink.address}`];
    case 'backbone': {
      const { subnet, address } = uplink.place;
      return [
        `ip route add ${address} dev wan`,
        `ip route del ${subnet} dev wan`,
        `ip route add default via ${address} dev wan`,
      ];
    }
  }
}

/** Shell commands that replace all rules with these. */
export function loadRules({ iptables, nft }: RouterRules): string {
  return `nft -f - <<'RULES'\nflush ruleset\n${nft}RULES\niptables-restore <<'RULES'\n${iptables}RULES`;
}

function script(...lines: readonly string[]): string {
  return [HEAD, ...lines, TAIL].join('\n');
}

function routeCommand({ subnet, via }: Route): string {
  return `ip route add ${subnet} via ${via}`;
}
