/** What happens to connections and flows, for whoever wants to show it. */

/** `ended`: each side had said all it wanted, or a flow was idle; `reset`: by either side; `lost`: with the tunnel. */
export type HowEnded = 'ended' | 'reset' | 'lost';

export interface Traffic {
  bytesToTarget: number;
  bytesFromTarget: number;
  /** The datagrams that were larger than what the tunnel takes, and so were dropped. */
  tooLarge: number;
}

export type ForwardEvent =
  | {
      /** A connection, or the first datagram of a client, has got its stream to the target. */
      readonly kind: 'stream-opened';
      /** The number of its stream in its tunnel. */
      readonly stream: number;
      /** As `formatTarget` writes it. */
      readonly target: string;
      /** The client's endpoint; null on the exposing side, and where the client came by a socket file. */
      readonly client: string | null;
    }
  | {
      readonly kind: 'stream-closed';
      readonly stream: number;
      readonly target: string;
      readonly how: HowEnded;
      readonly traffic: Readonly<Traffic>;
    }
  /** A connection or a flow has not come about: a clause about the target says why. */
  | { readonly kind: 'stream-refused'; readonly target: string; readonly reason: string }
  /** The first datagram of a flow that is larger than what the tunnel takes. */
  | { readonly kind: 'datagram-too-large'; readonly target: string; readonly bytes: number; readonly maxBytes: number };

export type OnForwardEvent = (event: ForwardEvent) => void;
