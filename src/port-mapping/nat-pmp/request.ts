/** One NAT-PMP request until it is answered (RFC 6886 §3.1), as a sans-IO session. */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { Session } from '../../session.ts';
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
  let gapMs = FIRST_GAP_MS;
  let dueAt = Number.NEGATIVE_INFINITY;
  let result: Answer | null | undefined;
  return {
    handleDatagram: (_now, { from, bytes }) => {
      // RFC 6886 §3.1: what does not come from the gateway is discarded.
      const response = sameEndpoint(from, gateway) ? decodeResponse(bytes) : null;
      if (response && accept(response)) result ??= response;
    },
    handleSendFailure: () => {
      result ??= null;
    },
    handleTimeout: () => {},
    poll: (now) => {
      if (result === undefined && now >= until) result = null;
      if (result !== undefined) return { kind: 'done', result };
      if (now < dueAt) return { kind: 'wait', until: Math.min(dueAt, until) };
      dueAt = now + gapMs;
      gapMs *= 2;
      return { kind: 'transmit', socket: NAT_PMP_SOCKET, to: gateway, bytes: request };
    },
  };
}
