/** What a TURN client tells its owner, as plain data: what happened, each with its time, and why it failed. */
import type { Endpoint } from '../endpoint.ts';
import type { Done, EventOutput, Transmit, Wait } from '../session.ts';

export type TurnEvent = { readonly at: number } & (
  | {
      readonly kind: 'allocated';
      /** The relayed transport address: peers send to it. */
      readonly relayed: Endpoint;
      /** The client's reflexive endpoint: where the server sees it. */
      readonly mapped: Endpoint;
      readonly lifetimeMs: number;
    }
  /** The server has confirmed the allocation. */
  | { readonly kind: 'refreshed'; readonly lifetimeMs: number }
  /** A refresh had no answer, or one of a faulty server; it is tried again until the allocation expires. */
  | { readonly kind: 'not-refreshed' }
  | { readonly kind: 'data'; readonly from: Endpoint; readonly bytes: Uint8Array }
  /** From now on data to and from that peer has 4 bytes of overhead in place of 36. */
  | { readonly kind: 'channel-bound'; readonly peer: Endpoint; readonly channel: number }
  /** The server does not relay to that address. */
  | ({ readonly kind: 'peer-refused'; readonly address: string } & TurnFailure)
  /** No allocation was made; `alternate` comes with `try-alternate` only. */
  | ({ readonly kind: 'failed'; readonly alternate: Alternate | null } & TurnFailure)
  /** The allocation is over, and its owner did not close it. */
  | ({ readonly kind: 'lost' } & TurnFailure)
);

/** An event before it has a time. */
export type Untimed = TurnEvent extends infer E ? (E extends TurnEvent ? Omit<E, 'at'> : never) : never;

/** What `poll` gives: `done` once the client was closed by its owner, has failed, or is lost. */
export type TurnOutput = Transmit | Wait | EventOutput<TurnEvent> | Done<'closed'>;

/** Why there is no relay, or none any more: a closed list of reasons, and what each means in plain words. */
export const TURN_FAILURES = {
  'address-refused': 'whoever names the server may not name an address that is that close',
  unreachable: 'no connection to the server could be opened',
  'connection-closed': 'the connection to the server has ended',
  'no-answer': 'the server does not answer: check the address and the port, or whether a firewall drops UDP',
  'wrong-integrity': 'what answers does not know the password',
  'bad-answer': 'the server answered with something that is no allocation',
  'try-alternate': 'the server sends its clients to another one',
  unauthorized: 'the server does not accept the user name and password: check them, and whether they have expired',
  forbidden: 'the server may not be used for this',
  'allocation-mismatch':
    'the server knows another allocation, or none, for this socket: a new local socket has to be used',
  'stale-nonce': 'the server calls every nonce stale that it gives',
  'family-not-supported': 'the server does not relay for this address family',
  'wrong-credentials': 'the allocation belongs to another user',
  'unsupported-transport': 'the server does not relay UDP',
  'quota-reached': 'this user has as many allocations as the server allows: end one, or wait until one expires',
  'insufficient-capacity': 'the server has no relay address left: try again later, or another server',
  'server-error': 'the server has a fault of its own',
  refused: 'the server refuses the request',
  expired: 'the allocation ran out before the server confirmed a refresh',
} as const;

export type TurnFailureReason = keyof typeof TURN_FAILURES;

export interface TurnFailure {
  readonly reason: TurnFailureReason;
  /** The STUN error code (RFC 8489 §18.4, RFC 8656 §19); null when no error answer was the cause. */
  readonly code: number | null;
  /** What the server, or the system, says about it. */
  readonly detail: string | null;
}

/** The server that a 300 names, and the domain that its certificate has to be for (RFC 8489 §10). */
export interface Alternate {
  readonly endpoint: Endpoint;
  readonly domain: string | null;
}

const REASON_OF_CODE: Readonly<Record<number, TurnFailureReason>> = {
  300: 'try-alternate',
  401: 'unauthorized',
  403: 'forbidden',
  437: 'allocation-mismatch',
  438: 'stale-nonce',
  440: 'family-not-supported',
  441: 'wrong-credentials',
  442: 'unsupported-transport',
  486: 'quota-reached',
  508: 'insufficient-capacity',
};

export function reasonOfCode(code: number): TurnFailureReason {
  return REASON_OF_CODE[code] ?? (code >= 500 ? 'server-error' : 'refused');
}

/** Returns one sentence about the failure, with the reason and the server's code in brackets, or the system's. */
export function describeTurnFailure({ reason, code, detail }: TurnFailure): string {
  if (reason === 'address-refused') return `${TURN_FAILURES[reason]}: ${detail} [${reason}]`;
  // Without a code of the server, the detail is a sentence of its own.
  if (code === null) return detail ?? `${TURN_FAILURES[reason]} [${reason}]`;
  return `${TURN_FAILURES[reason]}${detail ? `, and says: ${detail}` : ''} [${reason} ${code}]`;
}

export function explainTurnFailure(reason: TurnFailureReason): string {
  return TURN_FAILURES[reason];
}
