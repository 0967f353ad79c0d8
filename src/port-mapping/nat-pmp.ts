/** A router that speaks NAT-PMP (RFC 6886): two requests of a few bytes, each from a socket of its own. */
import type { Endpoint } from '../endpoint.ts';
import { now, startDriver } from '../net/driver.ts';
import { openUdpSocket } from '../net/udp-socket.ts';
import { encodeAddressRequest, encodeMapRequest, type NatPmpResponse } from './nat-pmp-message.ts';
import { createNatPmpRequest, NAT_PMP_SOCKET } from './nat-pmp-request.ts';
import { type PortGrant, type PortRequest, REQUEST_TIMEOUT_MS, type Router, wanAddress } from './router.ts';

/** RFC 6886 §3.1. */
export const NAT_PMP_PORT = 5351;

type AboutAddress = Extract<NatPmpResponse, { readonly kind: 'address' } | { readonly op: 'address' }>;
type AboutMapping = Extract<NatPmpResponse, { readonly kind: 'map' } | { readonly op: 'map' }>;

interface Place {
  /** The IPv4 address of this host on the gateway's link. */
  readonly local: string;
  readonly gateway: Endpoint;
}

/** Asks for the router's address until it is told, or the signal aborts. */
export async function findNatPmpRouter({
  signal,
  ...place
}: Place & { readonly signal: AbortSignal }): Promise<Router | null> {
  const answer = await ask(place, {
    request: encodeAddressRequest(),
    accept: isAboutAddress,
    until: Number.POSITIVE_INFINITY,
    signal,
  });
  if (!answer) return null;
  return {
    protocol: 'nat-pmp',
    endpoint: place.gateway,
    wan: answer.kind === 'address' ? wanAddress(answer.address) : null,
    map: (request) => map(place, request),
    unmap: async (mapped) => void (await askToMap(place, removal(mapped))),
  };
}

function isAboutAddress(response: NatPmpResponse): response is AboutAddress {
  return response.kind === 'address' || (response.kind === 'error' && response.op === 'address');
}

async function map(place: Place, request: PortRequest): Promise<PortGrant | null> {
  const mapped = await askToMap(place, request);
  const isNowhere = mapped?.kind === 'map' && mapped.externalPort === 0;
  // Nothing was heard, or no port: something may have been given all the same.
  if (!mapped || isNowhere) await askToMap(place, removal(request));
  return mapped?.kind === 'map' && mapped.lifetimeS > 0 && !isNowhere ? mapped : null;
}

function askToMap(place: Place, request: PortRequest): Promise<AboutMapping | null> {
  const { internalPort } = request;
  const isAboutIt = (response: NatPmpResponse): response is AboutMapping =>
    response.kind === 'map'
      ? response.internalPort === internalPort
      : response.kind === 'error' && response.op === 'map';
  return ask(place, { request: encodeMapRequest(request), accept: isAboutIt, until: now() + REQUEST_TIMEOUT_MS });
}

/** The request that removes the mapping (RFC 6886 §3.4). */
function removal({ internalPort }: Pick<PortRequest, 'internalPort'>): PortRequest {
  return { internalPort, externalPort: 0, lifetimeS: 0 };
}

/** Sends one request until it is answered. @returns null when the system gives no socket, and when aborted. */
async function ask<Answer extends NatPmpResponse>(
  { local, gateway }: Place,
  {
    signal,
    ...request
  }: Omit<Parameters<typeof createNatPmpRequest<Answer>>[0], 'gateway'> & { readonly signal?: AbortSignal },
): Promise<Answer | null> {
  const opened = await openUdpSocket({ address: local, port: 0 }).catch(() => null);
  if (!opened) return null;
  await using socket = opened;
  const session = createNatPmpRequest({ gateway, ...request });
  return await startDriver({ session, sockets: { [NAT_PMP_SOCKET]: socket }, signal }).result.catch(() => null);
}
