/** One request to a gateway, sent again until it is answered (RFC 6886 §3.1, RFC 6887 §8.1), as a sans-IO session. */
import { type Endpoint, sameEndpoint } from '../endpoint.ts';
import type { Session } from '../session.ts';

export interface GatewayRequest<Answer> {
  /** The session's name for its one socket. */
  readonly socket: string;
  readonly gateway: Endpoint;
  readonly request: Uint8Array;
  /** Returns the answer that a datagram of the gateway is; null for anything else. */
  readonly read: (bytes: Uint8Array) => Answer | null;
  /** Returns how long after each send to send again, in milliseconds. */
  readonly nextGap: () => number;
  readonly until: number;
}

/** Its result is null when no answer has come by `until`, or the system refuses to send. */
export function createGatewayRequest<Answer>(options: GatewayRequest<Answer>): Session<Answer | null> {
  const { socket, gateway, request, read, nextGap, until } = options;
  let dueAt = Number.NEGATIVE_INFINITY;
  let result: Answer | null | undefined;
  return {
    handleDatagram: (_now, { from, bytes }) => {
      // RFC 6886 §3.1, RFC 6887 §8.3: what does not come from the gateway is discarded.
      const answer = sameEndpoint(from, gateway) ? read(bytes) : null;
      if (answer !== null) result ??= answer;
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
      return { kind: 'transmit', socket, to: gateway, bytes: request };
    },
  };
}
