/** One MAP request until it is answered (RFC 6887 §8.1, §8.3, §11.4), as a sans-IO session. */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { Session } from '../../session.ts';
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
  const bytes = encodeMapRequest(request);
  const nextGap = createGaps(random);
  let dueAt = Number.NEGATIVE_INFINITY;
  let result: MapAnswer | null | undefined;
  return {
    handleDatagram: (_now, { from, bytes: heard }) => {
      // RFC 6887 §8.3: what does not come from the server is discarded.
      const response = sameEndpoint(from, gateway) ? decodeResponse(heard) : null;
      if (response && isAbout(response, request)) result ??= response;
    },
    handleSendFailure: () => {
      result ??= null;
    },
    handleTimeout: () => {},
    poll: (now) => {
      if (result === undefined && now >= until) result = null;
      if (result !== undefined) return { kind: 'done', result };
      if (now < dueAt) return { kind: 'wait', until: Math.min(dueAt, until) };
      dueAt = now + nextGap();
      return { kind: 'transmit', socket: PCP_SOCKET, to: gateway, bytes };
    },
  };
}

/** Servers differ in what else they repeat in an error; the nonce is in every one. */
function isAbout(response: PcpResponse, { nonce, internalPort }: MapRequest): response is MapAnswer {
  if (response.kind !== 'map') return response.kind === 'unsupported-version';
  if (response.nonce !== Buffer.from(nonce).toString('hex')) return false;
  const isTheSame = response.protocol === UDP && response.internalPort === internalPort;
  return isTheSame || response.code !== PCP_RESULT.success;
}
