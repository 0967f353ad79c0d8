/** Asks this host's router for a public port (UPnP-IGD, and NAT-PMP of RFC 6886) that leads to a local UDP socket. */
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Endpoint } from '../endpoint.ts';
import { defaultGateway } from './default-gateway.ts';
import { firstMapping, type PortMappingResult } from './first-mapping.ts';
import { findNatPmpRouter, NAT_PMP_PORT } from './nat-pmp.ts';
import type { FindRouter } from './router.ts';
import { SSDP_GROUP, SSDP_PORT } from './ssdp.ts';
import { findUpnpRouter } from './upnp.ts';

/** A router on this host's link answers NAT-PMP within milliseconds, a search within the second that it may take (MX). */
const PORT_MAPPING_TIMEOUT_MS = 2_000;

/** RFC 1918 and RFC 6598, as ipaddr.js names them: whoever has such an address is behind a NAT, and mostly on its link. */
const ASKED_FROM: ReadonlySet<string> = new Set(['private', 'carrierGradeNat']);

/**
 * Asks by both protocols at once, from the socket's address only; the first answer counts. What is mapped is renewed until
 * it is disposed of, which removes it; after a crash the router drops it within two hours.
 *
 * Nobody is asked from a loopback, public or IPv6 address: such a host has no NAT that has to be opened.
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
  if (!isIPv4(address) || !ASKED_FROM.has(ipaddr.parse(address).range())) {
    return { outcome: 'none', reason: 'not-private', wan: null };
  }
  const gateway = await defaultGateway(address);
  const at = [SSDP_GROUP, ...(gateway === null ? [] : [{ address: gateway, port: SSDP_PORT }])];
  const finders: readonly FindRouter[] = [
    (either) => findUpnpRouter({ local: address, at, signal: either }),
    ...(gateway === null ? [] : [natPmpFinder({ local: address, gateway: { address: gateway, port: NAT_PMP_PORT } })]),
  ];
  return firstMapping({ finders, port, timeoutMs, signal });
}

function natPmpFinder(place: { readonly local: string; readonly gateway: Endpoint }): FindRouter {
  return (signal) => findNatPmpRouter({ ...place, signal });
}
