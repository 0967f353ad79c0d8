/** A router that speaks PCP (RFC 6887): it maps an IPv4 port, and opens its IPv6 firewall for an IPv6 one. */
import { randomBytes } from 'node:crypto';
import { type Endpoint, familyOf } from '../../endpoint.ts';
import { now, startDriver } from '../../net/driver.ts';
import { openUdpSocket } from '../../net/udp-socket.ts';
import { type MapResult, type PortRequest, REFUSED, REQUEST_TIMEOUT_MS, type Router, wanAddress } from '../router.ts';
import { type EpochHeard, hasLostState } from './epoch.ts';
import { NONCE_LENGTH, PCP_RESULT } from './message.ts';
import { createMapRequest, type MapAnswer, type MapResponse, PCP_SOCKET } from './request.ts';

interface Place {
  /** The address of this host on the gateway's link. */
  readonly local: string;
  readonly gateway: Endpoint;
}

/** The nonce is the mapping's for as long as it is wanted: with another one nobody renews or removes it (RFC 6887 §11.2). */
interface Mapping {
  readonly nonce: Uint8Array;
  /** What is asked for: at first the unspecified address, which any fits; then what has been given. */
  external: string;
  isGranted: boolean;
}

interface State {
  readonly place: Place;
  /** By their internal port. */
  readonly mappings: Map<number, Mapping>;
  heard: EpochHeard | null;
}

/** The router that has answered PCP at `gateway`. @param options.heard what it said then. */
export function pcpRouter({ heard, ...place }: Place & { readonly heard: EpochHeard }): Router {
  const state: State = { place, mappings: new Map(), heard };
  return {
    protocol: 'pcp',
    endpoint: place.gateway,
    wan: null,
    isPinhole: isPinhole(place),
    map: (request) => map(state, request),
    unmap: (mapped) => remove(state, mapped),
  };
}

async function map(state: State, request: PortRequest): Promise<MapResult> {
  const { mappings, place } = state;
  const { internalPort } = request;
  const mapping = mappings.get(internalPort) ?? newMapping(place);
  mappings.set(internalPort, mapping);
  const answer = await ask(state, request);
  if (answer?.kind === 'unsupported-version') return REFUSED;
  if (answer && answer.code !== PCP_RESULT.success) return refusal(state, answer);
  if (answer) listen(state, answer);
  const external = answer && usable(place, request, answer);
  // What has been granted before lasts on when nothing is heard.
  if (!answer && mapping.isGranted) return REFUSED;
  if (!answer || !external) {
    // Nothing was heard, or what is of no use: something may have been given all the same.
    await remove(state, request);
    return answer && !isPinhole(place) && wanAddress(answer.external.address) === null
      ? { outcome: 'refused', reason: 'no-wan-address' }
      : REFUSED;
  }
  mapping.external = external.address;
  mapping.isGranted = true;
  return { outcome: 'granted', external, lifetimeS: answer.lifetimeS };
}

/** A server that has lost its state may be about to have its address again: it is asked again as soon as it says. */
function refusal(state: State, answer: MapResponse): MapResult {
  const { lifetimeS: retryAfterS } = answer;
  return listen(state, answer) || retryAfterS > 0 ? { ...REFUSED, retryAfterS } : REFUSED;
}

/** Takes in the server's time; whether it has lost its state since it was last heard. */
function listen(state: State, { epochS }: MapResponse): boolean {
  const heard = { epochS, atMs: now() };
  const isLost = hasLostState(state.heard, heard);
  state.heard = heard;
  return isLost;
}

/** Null for what leads nowhere: no port, no time, no address on the outside; of a pinhole, what is not the port itself. */
function usable(place: Place, { internalPort }: PortRequest, { external, lifetimeS }: MapResponse): Endpoint | null {
  if (external.port === 0 || lifetimeS === 0) return null;
  if (!isPinhole(place)) return wanAddress(external.address) === null ? null : external;
  return external.address === place.local && external.port === internalPort ? external : null;
}

async function remove(state: State, { internalPort }: Pick<PortRequest, 'internalPort'>): Promise<void> {
  await ask(state, { internalPort, externalPort: 0, lifetimeS: 0 });
}

/** @returns null when nothing is heard, the system gives no socket, or the mapping is none that was asked for. */
async function ask({ place, mappings }: State, request: PortRequest): Promise<MapAnswer | null> {
  const { internalPort, externalPort, lifetimeS } = request;
  const { local, gateway } = place;
  const mapping = mappings.get(internalPort);
  const opened = mapping && (await openUdpSocket({ address: local, port: 0 }).catch(() => null));
  if (!opened) return null;
  await using socket = opened;
  const { nonce, external: address } = mapping;
  const session = createMapRequest({
    gateway,
    request: { client: local, nonce, internalPort, suggested: { address, port: externalPort }, lifetimeS },
    until: now() + REQUEST_TIMEOUT_MS,
    random: Math.random,
  });
  return await startDriver({ session, sockets: { [PCP_SOCKET]: socket } }).result;
}

function isPinhole({ local }: Place): boolean {
  return familyOf(local) === 'IPv6';
}

/** A pinhole is one of the very address. RFC 6887 §5 writes the unspecified IPv4 address for any one of IPv4. */
function newMapping(place: Place): Mapping {
  return { nonce: randomBytes(NONCE_LENGTH), external: isPinhole(place) ? place.local : '0.0.0.0', isGranted: false };
}
