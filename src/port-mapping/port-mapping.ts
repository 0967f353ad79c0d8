/**
 * Asks this host's router to let anyone send to a local UDP socket: for a public port that leads to it (UPnP-IGD, PCP of
 * RFC 6887, NAT-PMP of RFC 6886), or over IPv6 for a pinhole in its firewall (UPnP-IGD, PCP).
 */
import ipaddr from 'ipaddr.js';
import { scopeOf } from '../address-scope.ts';
import { type Endpoint, familyOf } from '../endpoint.ts';
import { defaultGateway, interfaceOf } from './default-gateway.ts';
import { firstMapping, type PortMappingResult } from './first-mapping.ts';
import { gatewayFinders, PORT_CONTROL_PORT } from './gateway.ts';
import type { FindRouter } from './router.ts';
import { findPinholeRouter } from './upnp/pinhole.ts';
import { ipv6SsdpGroup, SSDP_GROUP, SSDP_PORT } from './upnp/ssdp.ts';
import { findUpnpRouter } from './upnp/upnp.ts';

/** A router on this host's link answers PCP and NAT-PMP within milliseconds, a search within the second that it may take (MX). */
const PORT_MAPPING_TIMEOUT_MS = 2_000;

/** RFC 1918 and RFC 6598, as ipaddr.js names them: whoever has such an address is behind a NAT, and mostly on its link. */
const ASKED_FROM: ReadonlySet<string> = new Set(['private', 'carrierGradeNat']);

/**
 * Asks by all protocols at once, from the socket's address only; the first answer counts. What is given is renewed until
 * it is disposed of, which removes it; after a crash the router drops it within two hours.
 *
 * Nobody is asked from a loopback or public IPv4 address, which has no NAT that has to be opened, nor from an IPv6 address
 * that is not global, which nobody outside can send to.
 *
 * @param options.local where the socket is bound.
 * @param options.timeoutMs how long to wait for a router's first answer.
 * @throws the signal's reason when aborted; what a router has given by then is given back first.
 */
export async function openPortMapping(options: {
  readonly local: Endpoint;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}): Promise<PortMappingResult> {
  const { local, signal, timeoutMs = PORT_MAPPING_TIMEOUT_MS } = options;
  const { address, port } = local;
  signal?.throwIfAborted();
  if (!isAskedFrom(address)) return { outcome: 'none', reason: 'not-asked', wan: null };
  const gateway = await defaultGateway(address);
  const finders = [
    searchFrom(address, gateway),
    ...(gateway === null
      ? []
      : gatewayFinders({ local: address, gateway: { address: gateway, port: PORT_CONTROL_PORT } })),
  ];
  return firstMapping({ finders, port, timeoutMs, signal });
}

function isAskedFrom(address: string): boolean {
  return familyOf(address) === 'IPv6' ? scopeOf(address) === 'global' : ASKED_FROM.has(ipaddr.parse(address).range());
}

/** The search by UPnP. */
function searchFrom(local: string, gateway: string | null): FindRouter {
  const atGateway = gateway === null ? [] : [{ address: gateway, port: SSDP_PORT }];
  if (familyOf(local) === 'IPv4') {
    return (signal) => findUpnpRouter({ local, at: [SSDP_GROUP, ...atGateway], signal });
  }
  const device = interfaceOf(local);
  const at = [...(device === null ? [] : [ipv6SsdpGroup(device)]), ...atGateway];
  return (signal) => findPinholeRouter({ local, at, signal });
}
