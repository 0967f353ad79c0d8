/** What a TURN client tells its owner: plain data, each with the time at which it happened. */
import type { Endpoint } from '../endpoint.ts';
import type { Done, Told, Transmit, Wait } from '../session.ts';
import type { Alternate, TurnFailure } from './failure.ts';

export type TurnEvent = { readonly at: number } & (
  | {
      readonly kind: 'allocated';
      /** Where peers send to. */
      readonly relayed: Endpoint;
      /** The own endpoint as the server sees it. */
      readonly mapped: Endpoint;
      readonly lifetimeMs: number;
    }
  | { readonly kind: 'data'; readonly from: Endpoint; readonly bytes: Uint8Array }
  /** From now on data to and from that peer has 4 bytes of overhead in place of 36. */
  | { readonly kind: 'channel-bound'; readonly peer: Endpoint; readonly channel: number }
  /** The server does not relay to that address. */
  | ({ readonly kind: 'peer-refused'; readonly address: string } & TurnFailure)
  /** There was never an allocation; `alternate` with `try-alternate` only. */
  | ({ readonly kind: 'failed'; readonly alternate: Alternate | null } & TurnFailure)
  /** There was one. */
  | ({ readonly kind: 'lost' } & TurnFailure)
);

/** An event before it has a time. */
export type Untimed = TurnEvent extends infer E ? (E extends TurnEvent ? Omit<E, 'at'> : never) : never;

/** `done` once it is closed by its owner, has failed, or is lost. */
export type TurnOutput = Transmit | Wait | Told<TurnEvent> | Done<'closed'>;
