/** What each container runs first, as root with NET_ADMIN: it names its links by their addresses, and sets its only way out. */
import { BACKBONE_RULES, type RouterRules } from '../router/rules.ts';
import type { BackbonePlace, ClientPlace, ServerPlace, SitePlace } from './addressing.ts';

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

/** Two addresses on the public network; no way beyond it. */
export function serverScript(place: ServerPlace, uplink: Uplink): string {
  return script(
    'no_more_links_than 1',
    `name_link ${place.primary} wan`,
    `ip addr add ${place.alternate}/24 dev wan`,
    ...uplinkCommands(uplink),
  );
}

/** One link with both directions on it: what comes in for another member goes out again. */
export function backboneScript({ address }: BackbonePlace, routes: readonly Route[]): string {
  return script(
    'no_more_links_than 1',
    loadRules(BACKBONE_RULES),
    `name_link ${address} wan`,
    ...routes.map(routeCommand),
  );
}

export function routerScript(
  place: SitePlace,
  options: { readonly rules: RouterRules; readonly uplink: Uplink },
): string {
  return script(
    'no_more_links_than 2',
    loadRules(options.rules),
    `name_link ${place.wan} wan`,
    ...(place.pool ?? []).map((address) => `ip addr add ${address}/24 dev wan`),
    `name_link ${place.lan} lan`,
    ...uplinkCommands(options.uplink, place.wan),
  );
}

/** One link, and one way out of it: the router. */
export function clientScript(place: ClientPlace, router: string): string {
  const uplink = { kind: 'gateway', address: router } as const;
  return script('no_more_links_than 1', `name_link ${place.address} lan`, ...uplinkCommands(uplink));
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
