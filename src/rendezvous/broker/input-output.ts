/** What the machine of a broker meeting is told, and what it wants done. */
import type { Endpoint } from '../../endpoint.ts';
import type { ClientMessage } from '../protocol/client-message.ts';
import type { ServerMessage } from '../protocol/server-message.ts';

export type BrokerInput =
  /** What this side says to the rendezvous, as it would to a server. */
  | { readonly kind: 'say'; readonly message: ClientMessage }
  /** Where a socket of this side is seen from outside; null when that is not known any more. */
  | { readonly kind: 'seen'; readonly socket: 'first' | 'second'; readonly endpoint: Endpoint | null }
  /** A broker, by any number of the caller's, takes messages from now on and passes on those of others. */
  | { readonly kind: 'opened'; readonly broker: number }
  /** A message has come by that broker. */
  | { readonly kind: 'heard'; readonly broker: number; readonly bytes: Uint8Array }
  /** The time of `wakeAt` has come; an earlier timeout is harmless. */
  | { readonly kind: 'timeout' };

export type BrokerOutput =
  /** Tell this side, as a server would. */
  | { readonly kind: 'tell'; readonly message: ServerMessage }
  /** Give the bytes to that broker, or to all that are open where it is null. */
  | { readonly kind: 'publish'; readonly broker: number | null; readonly bytes: Uint8Array }
  /** One line of text about something unusual. */
  | { readonly kind: 'notice'; readonly text: string };
