/** The connection of a room to the rendezvous, which is replaced when it is lost: to a server, or to brokers in its place. */
import type { Endpoint } from '../../endpoint.ts';
import type { IntroductionInput } from '../../rendezvous/introduction/output.ts';
import type { ClientMessage } from '../../rendezvous/protocol/client-message.ts';

/** What becomes of a connection, and what comes over it. */
export type ConnectionInput = Extract<
  IntroductionInput<never>,
  { readonly kind: 'joined' | 'not-joined' | 'message' | 'closed' }
>;

export interface Connection extends AsyncDisposable {
  readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** Opens a connection and joins, in place of any earlier connection, and tells what becomes of it and what comes over it. */
  readonly join: (resumeKey: string | undefined, tell: (input: ConnectionInput) => void) => Promise<void>;
  /** Sends the message over the current connection; without one the message is lost. */
  readonly say: (message: ClientMessage) => void;
  /** Tells where a socket is seen from outside, which a server finds out by itself; null when that is not known any more. */
  readonly seen: (socket: 'first' | 'second', endpoint: Endpoint | null) => void;
  /** Whether everybody on the way to the server can read the messages: over ws, unless the server is on this host. */
  readonly isOverheard: () => boolean;
}
