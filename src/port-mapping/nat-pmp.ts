/** A router that speaks NAT-PMP (RFC 6886): two requests of a few bytes, each from a socket of its own. */
import type { Endpoint } from '../endpoint.ts';
import { now, startDriver } from '../net/driver.ts';
import { openUdpSocket } from '../net/udp-socket.ts';
import { encodeAddressRequest, encodeMapRequest, type NatPmpResponse } from './nat-pmp-message.ts';
import { createNatPmpRequest, NAT_PMP_SOCKET } from './nat-pmp-request.ts';
import { type PortRequest, REQUEST_TIMEOUT_MS, type Router, wanAddress } from './router.ts';

/** RFC 6886 §3.1. */
export const NAT_PMP_PORT = 5351;

type AboutAddress = Extract<NatPmpResponse, { readonly kind: 'address' } | { readonly op: 'address' }>;
type AboutMapping = Extract<NatPmpResponse, { readonly kind: 'map' } | { readonly op: 'map' }>;

/** @param options.local the own IPv4 address on the gateway's link. */
export async function findNatPmpRouter(options: {
  readonly local: string;
  readonly gateway: Endpoint;
  readonly signal: AbortSignal;
}): Promise<Router | null> {
  const { local, gateway, signal } = options;
  const isAboutAddress = (one: NatPmpResponse): one is AboutAddress =>
    one.kind === 'address' || (one.kind === 'error' && one.op === 'address');
  const isAbout =
    (port: number) =>
    (one: NatPmpResponse): one is AboutMapping =>
      one.kind === 'map' ? one.internalPort === port : one.kind === 'error' && one.op === 'map';
  const askToMap = (request: PortRequest): Promise<AboutMapping | null> =>
    ask(options, {
      request: encodeMapRequest(request),
      accept: isAbout(request.internalPort),
      until: now() + REQUEST_TIMEOUT_MS,
    });

  const answer = await ask(
    { local, gateway },
    { request: encodeAddressRequest(), accept: isAboutAddress, until: Number.POSITIVE_INFINITY, signal },
  );
  if (!answer) return null;
  return {
    protocol: 'nat-pmp',
    endpoint: gateway,
    wan: answer.kind === 'address' ? wanAddress(answer.address) : null,
    map: async (request) => {
      const mapped = await askToMap(request);
      const isNowhere = mapped?.kind === 'map' && mapped.externalPort === 0;
      // Nothing was heard, or no port: something may have been given all the same.
      if (!mapped || isNowhere) await askToMap(removal(request));
      return mapped?.kind === 'map' && mapped.lifetimeS > 0 && !isNowhere ? mapped : null;
    },
    unmap: async (mapped) => void (await askToMap(removal(mapped))),
  };
}

/** RFC 6886 §3.4. */
function removal({ internalPort }: Pick<PortRequest, 'internalPort'>): PortRequest {
  return { internalPort, externalPort: 0, lifetimeS: 0 };
}

/** Null when the system gives no socket, and when aborted. */
async function ask<Answer extends NatPmpResponse>(
  { local, gateway }: { readonly local: string; readonly gateway: Endpoint },
  {
    signal,
    ...request
  }: Omit<Parameters<typeof createNatPmpRequest<Answer>>[0], 'gateway'> & {
    readonly signal?: AbortSignal;
  },
): Promise<Answer | null> {
  const opened = await openUdpSocket({ address: local, port: 0 }).catch(() => null);
  if (!opened) return null;
  await using socket = opened;
  const session = createNatPmpRequest({ gateway, ...request });
  return await startDriver({ session, sockets: { [NAT_PMP_SOCKET]: socket }, signal }).result.catch(() => null);
}
