/** What drives a path: an ICE agent, or one with a technique beside it that wants more sockets and tells the peer something. */
import type { Endpoint } from '../../endpoint.ts';
import type { DatagramKind, IceAgent } from '../../ice/agent.ts';
import type { IceEvent } from '../../ice/event.ts';
import type { Arrival, EventOutput, Session } from '../../session.ts';

export interface PathSession
  extends Session<'closed', EventOutput<IceEvent> | PathRequest>,
    Pick<IceAgent, 'selected' | 'leave' | 'close'> {
  handleDatagram(now: number, arrival: Arrival): DatagramKind;
  /** The answer to `open`: where the socket is bound, or null when the system refused it. */
  readonly handleOpened?: (now: number, socket: string, local: Endpoint | null) => void;
}

export type PathRequest =
  /** One more socket, like the first; answered by handleOpened. */
  | { readonly kind: 'open'; readonly socket: string }
  | { readonly kind: 'close'; readonly socket: string }
  /** Tell the peer, by the rendezvous, the ports at which this side will be met. */
  | { readonly kind: 'tell'; readonly ports: readonly number[] };
