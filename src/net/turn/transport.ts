/** The way to one TURN server: a UDP socket, or a TCP or TLS connection that looks like one. */
import type { Endpoint } from '../../endpoint.ts';
import type { UdpSocket } from '../udp-socket.ts';

/** A socket whose `send` goes to the server whatever the endpoint, and whose datagrams come from there. */
export interface TurnTransport extends UdpSocket {
  readonly server: Endpoint;
  /** Whether it is TCP or TLS. */
  readonly isStream: boolean;
  /**
   * Sets the one receiver of the connection's end, other than by disposal: `EOF` when the server closed it, `EPROTO` when it
   * sent something that is not TURN, else the system's code. UDP never ends.
   */
  readonly onClose: (receive: (code: string) => void) => void;
}

export type OpenedTransport =
  | { readonly outcome: 'open'; readonly transport: TurnTransport }
  /** Whoever named the server may not name such an address; `detail` is a clause that says which it is. */
  | { readonly outcome: 'refused'; readonly detail: string }
  /** The system's code, or what is wrong with the certificate. */
  | { readonly outcome: 'unreachable'; readonly detail: string };
