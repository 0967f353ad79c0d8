/**
 * Every IPv6 address in the lab. The engine does not know of them: they are set in the containers, whose bridges carry any
 * frame. So two labs on one engine can have the same ones, and there is nothing to configure.
 */
import { type BackbonePlace, type ClientPlace, portBlock, type ServerPlace, type SitePlace } from './addressing.ts';

/** For documentation (RFC 3849): it stands for the public Internet, so that nobody's addresses are shadowed. */
const PUBLIC = '2001:db8';
/** Behind a NAT that translates IPv6: unique local addresses (RFC 4193), whose global ID was drawn by lot. */
const LOCAL = 'fdc7:3a52:61e9';
/** The length of every prefix in the lab, as links have it (RFC 4291 §2.5.1). */
export const PREFIX_LENGTH = 64;

/** Numbers are written with the same digits as in the IPv4 addresses of the same hosts. */
const FIRST_HELPER = 2;
const FIRST_ROUTER = 101;
const FIRST_CLIENT = 2;
const BACKBONE = 254;
const ROUTER_ON_LAN = 254;

export function serverPlace6(): ServerPlace {
  return { subnet: `${PUBLIC}::/${PREFIX_LENGTH}`, primary: `${PUBLIC}::10`, alternate: `${PUBLIC}::11` };
}

/** The address of helper `index`, from 0. */
export function helperAddress6(index: number): string {
  return `${PUBLIC}::${FIRST_HELPER + index}`;
}

export function backbonePlace6(): BackbonePlace {
  return { subnet: `${PUBLIC}::/${PREFIX_LENGTH}`, address: `${PUBLIC}::${BACKBONE}` };
}

/**
 * The addresses of site `index` (from 0); `isLocal` says whether its router translates, so that its clients have local ones,
 * and `hasPrefix` whether it translates their prefix alone, into a public one.
 */
export function sitePlace6({
  index,
  clients,
  isLocal,
  hasPrefix = false,
}: {
  readonly index: number;
  readonly clients: number;
  readonly isLocal: boolean;
  readonly hasPrefix?: boolean;
}): SitePlace {
  const prefix = isLocal ? `${LOCAL}:${index + 1}` : publicPrefix(index);
  const outside = hasPrefix ? { outside: subnetOf(publicPrefix(index)) } : {};
  return { ...onLink(prefix, { wan: outermost(index), clients }), ...outside };
}

/** The address that stands for one of a site on the public side, where its router translates prefixes. */
export function outsideAddress(
  { subnet, outside = subnet }: Pick<SitePlace, 'subnet' | 'outside'>,
  address: string,
): string {
  const [from, to] = [subnet, outside].map((one) => one.slice(0, one.indexOf('::'))) as [string, string];
  return `${to}${address.slice(from.length)}`;
}

/** The carrier's router of site `index`: its one client is the site's own router. */
export function carrierPlace6(index: number): SitePlace & { readonly clients: readonly [ClientPlace] } {
  const { clients, ...rest } = onLink(`${publicPrefix(index)}:1`, { wan: outermost(index), clients: 1 });
  return { ...rest, clients: [clients[0] as ClientPlace] };
}

function subnetOf(prefix: string): string {
  return `${prefix}::/${PREFIX_LENGTH}`;
}

/** What the router of site `index`, of so many, can get in place of its public address. */
export function spareAddress6(index: number, sites: number): string {
  return outermost(sites + index);
}

function outermost(index: number): string {
  return `${PUBLIC}::${FIRST_ROUTER + index}`;
}

function publicPrefix(index: number): string {
  return `${PUBLIC}:${index + 1}`;
}

function onLink(prefix: string, { wan, clients }: { readonly wan: string; readonly clients: number }): SitePlace {
  return {
    subnet: subnetOf(prefix),
    wan,
    lan: `${prefix}::${ROUTER_ON_LAN}`,
    clients: Array.from({ length: clients }, (_, client) => ({
      address: `${prefix}::${FIRST_CLIENT + client}`,
      ports: portBlock(client, clients),
    })),
  };
}
