/** The session behind a path: an ICE agent alone, or together with a technique that may ask for more sockets and tell the peer ports. */
import type { Endpoint } from '../../endpoint.ts';
import type { DatagramKind, IceAgent } from '../../ice/agent.ts';
import type { IceEvent } from '../../ice/event.ts';
import type { Arrival, EventOutput, Session } from '../../session.ts';

import type { PeerSignal } from './peer-signal.ts';

export interface PathSession
  extends Session<'closed', EventOutput<IceEvent> | PathRequest>,
    Pick<IceAgent, 'selected' | 'leave' | 'close'> {
  handleDatagram(now: number, arrival: Arrival): DatagramKind;
  /** Takes the answer to `open`: where the socket is bound, or null when the system refused it. */
  readonly handleOpened?: (now: number, socket: string, local: Endpoint | null) => void;
}

export type PathRequest =
  /** Open one more socket, like the first; answered by `handleOpened`. */
  | { readonly kind: 'open'; readonly socket: string }
  | { readonly kind: 'close'; readonly socket: string }
  /** Tell the peer something over the rendezvous. */
  | { readonly kind: 'tell'; readonly signal: PeerSignal };
