/** One MAP request until it is answered (RFC 6887 §8.1, §8.3, §11.4), as a sans-IO session. */
import type { Endpoint } from '../../endpoint.ts';
import type { Session } from '../../session.ts';
import { createGatewayRequest } from '../gateway-request.ts';
import { decodeResponse, encodeMapRequest, type MapRequest, PCP_RESULT, type PcpResponse, UDP } from './message.ts';
import { createGaps } from './retransmission.ts';

export const PCP_SOCKET = 'pcp';

export type MapResponse = Extract<PcpResponse, { readonly kind: 'map' }>;
/** What the gateway has said of the mapping; it may be an error. */
export type MapAnswer = MapResponse | Extract<PcpResponse, { readonly kind: 'unsupported-version' }>;

/** Its result is null when no answer to this very request has come by `until`, or the system refuses to send. */
export function createMapRequest(options: {
  readonly gateway: Endpoint;
  readonly request: MapRequest;
  readonly until: number;
  /** At least 0, less than 1. */
  readonly random: () => number;
}): Session<MapAnswer | null> {
  const { gateway, request, until, random } = options;
  return createGatewayRequest({
    ...{ socket: PCP_SOCKET, gateway, request: encodeMapRequest(request), until },
    read: (bytes) => {
      const response = decodeResponse(bytes);
      return response && isAbout(response, request) ? response : null;
    },
    nextGap: createGaps(random),
  });
}

/** Servers differ in what else they repeat in an error; the nonce is in every one. */
function isAbout(response: PcpResponse, { nonce, internalPort }: MapRequest): response is MapAnswer {
  if (response.kind !== 'map') return response.kind === 'unsupported-version';
  if (response.nonce !== Buffer.from(nonce).toString('hex')) return false;
  const isTheSame = response.protocol === UDP && response.internalPort === internalPort;
  return isTheSame || response.code !== PCP_RESULT.success;
}
