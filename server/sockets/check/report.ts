/** What a check of the server's ports from outside finds: plain data, and what it comes to. */
import { type Endpoint, sameEndpoint } from '../../../src/endpoint.ts';
import type { OwnPort } from '../../../src/nat/extra-tests/own-port.ts';
import type { Reason } from '../../../src/nat/reason.ts';

export type PortVerdict =
  /** An answer came in from there, where the port had not sent to. */
  | { readonly kind: 'reached'; readonly from: Endpoint }
  /** The server there answers it, but what comes unasked is dropped on the way in. */
  | { readonly kind: 'blocked'; readonly by: Endpoint }
  /** Outside it is not known by what is announced. */
  | { readonly kind: 'seen-elsewhere'; readonly at: Endpoint; readonly by: Endpoint }
  /** Nobody outside has answered it. */
  | { readonly kind: 'unanswered'; readonly reason: Reason }
  /** It is seen as announced, but what is let in could not be told. */
  | { readonly kind: 'seen'; readonly by: Endpoint; readonly reason: Reason };

/** One UDP port of the server. */
export interface UdpReach {
  /** A port of the relay's range stands for all of it. */
  readonly service: 'stun' | 'relay';
  readonly bound: Endpoint;
  readonly announced: Endpoint;
  readonly verdict: PortVerdict;
}

/** One TCP port of the server: nobody outside is there to connect to it. */
export interface TcpReach {
  readonly service: 'http' | 'https' | 'turn' | 'turns';
  readonly announced: Endpoint;
}

export interface ReachReport {
  readonly udp: readonly UdpReach[];
  readonly tcp: readonly TcpReach[];
}

export function verdictOf({ seen, filtering, heardFrom }: OwnPort, announced: Endpoint): PortVerdict {
  const [first] = seen;
  if (!first) return { kind: 'unanswered', reason: filtering.reason ?? 'no-answer' };
  const elsewhere = seen.find(({ at }) => !sameEndpoint(at, announced));
  if (elsewhere) return { kind: 'seen-elsewhere', ...elsewhere };
  const from = heardFrom.at(-1);
  switch (filtering.behavior) {
    case 'address-dependent':
    case 'address-and-port-dependent':
      return { kind: 'blocked', by: first.by };
    default:
      if (from) return { kind: 'reached', from };
      return { kind: 'seen', by: first.by, reason: filtering.reason ?? 'deadline' };
  }
}

/** What a whole report comes to: the worst of its UDP ports. */
export function outcomeOf({ udp }: ReachReport): PortVerdict['kind'] {
  const worstFirst = ['seen-elsewhere', 'blocked', 'unanswered', 'seen', 'reached'] as const;
  return worstFirst.find((kind) => udp.some(({ verdict }) => verdict.kind === kind)) ?? 'unanswered';
}
