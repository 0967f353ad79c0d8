/** A router that speaks NAT-PMP (RFC 6886): requests of a few bytes, each from a socket of its own. */
import type { Endpoint } from '../../endpoint.ts';
import { now, startDriver } from '../../net/driver.ts';
import { openUdpSocket } from '../../net/udp-socket.ts';
import {
  type MapResult,
  NO_WAN_ADDRESS,
  type PortRequest,
  REFUSED,
  REQUEST_TIMEOUT_MS,
  type Router,
} from '../router.ts';
import { encodeMapRequest, type NatPmpResponse } from './message.ts';
import { createNatPmpRequest, NAT_PMP_SOCKET } from './request.ts';

type AboutMapping = Extract<NatPmpResponse, { readonly kind: 'map' } | { readonly op: 'map' }>;

interface Place {
  /** The IPv4 address of this host on the gateway's link. */
  readonly local: string;
  readonly gateway: Endpoint;
}

/** The router that has answered NAT-PMP at `gateway`. @param options.wan its address toward the outside, if it has told one. */
export function natPmpRouter({ wan, ...place }: Place & { readonly wan: string | null }): Router {
  return {
    protocol: 'nat-pmp',
    endpoint: place.gateway,
    wan,
    isPinhole: false,
    map: async (request) => (wan === null ? NO_WAN_ADDRESS : map({ ...place, wan }, request)),
    unmap: async (mapped) => void (await askToMap(place, removal(mapped))),
  };
}

async function map(place: Place & { readonly wan: string }, request: PortRequest): Promise<MapResult> {
  const mapped = await askToMap(place, request);
  const isNowhere = mapped?.kind === 'map' && mapped.externalPort === 0;
  // Nothing was heard, or no port: something may have been given all the same.
  if (!mapped || isNowhere) await askToMap(place, removal(request));
  if (mapped?.kind !== 'map' || mapped.lifetimeS === 0 || isNowhere) return REFUSED;
  const { externalPort, lifetimeS } = mapped;
  return { outcome: 'granted', external: { address: place.wan, port: externalPort }, lifetimeS };
}

function askToMap(place: Place, request: PortRequest): Promise<AboutMapping | null> {
  const { internalPort } = request;
  const isAboutIt = (response: NatPmpResponse): response is AboutMapping =>
    response.kind === 'map'
      ? response.internalPort === internalPort
      : response.kind === 'error' && response.op === 'map';
  return ask(place, { request: encodeMapRequest(request), accept: isAboutIt });
}

/** The request that removes the mapping (RFC 6886 §3.4). */
function removal({ internalPort }: Pick<PortRequest, 'internalPort'>): PortRequest {
  return { internalPort, externalPort: 0, lifetimeS: 0 };
}

/** Sends one request until it is answered. @returns null when nothing is heard, or the system gives no socket. */
async function ask<Answer extends NatPmpResponse>(
  { local, gateway }: Place,
  request: Pick<Parameters<typeof createNatPmpRequest<Answer>>[0], 'request' | 'accept'>,
): Promise<Answer | null> {
  const opened = await openUdpSocket({ address: local, port: 0 }).catch(() => null);
  if (!opened) return null;
  await using socket = opened;
  const session = createNatPmpRequest({ gateway, ...request, until: now() + REQUEST_TIMEOUT_MS });
  return await startDriver({ session, sockets: { [NAT_PMP_SOCKET]: socket } }).result;
}
