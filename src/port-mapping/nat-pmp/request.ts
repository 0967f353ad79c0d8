/** One NAT-PMP request until it is answered (RFC 6886 §3.1), as a sans-IO session. */
import type { Endpoint } from '../../endpoint.ts';
import type { Session } from '../../session.ts';
import { createGatewayRequest } from '../gateway-request.ts';
import { decodeResponse, type NatPmpResponse } from './message.ts';

export const NAT_PMP_SOCKET = 'nat-pmp';
/** RFC 6886 §3.1: 250 ms, doubled after each send. */
const FIRST_GAP_MS = 250;

/** Its result is null when nothing that `accept` takes has come by `until`, or the system refuses to send. */
export function createNatPmpRequest<Answer extends NatPmpResponse>(options: {
  readonly gateway: Endpoint;
  readonly request: Uint8Array;
  readonly accept: (response: NatPmpResponse) => response is Answer;
  readonly until: number;
}): Session<Answer | null> {
  const { gateway, request, accept, until } = options;
  let gapMs = FIRST_GAP_MS / 2;
  return createGatewayRequest({
    ...{ socket: NAT_PMP_SOCKET, gateway, request, until },
    read: (bytes) => {
      const response = decodeResponse(bytes);
      return response && accept(response) ? response : null;
    },
    nextGap: () => {
      gapMs *= 2;
      return gapMs;
    },
  });
}
