/**
 * Gives the STUN responder what it needs to take tickets: their keys, and nonces that only the asking endpoint can have
 * read.
 */
import { createHmac } from 'node:crypto';
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { shortTermKey } from '../../../src/stun/integrity.ts';
import { isSameSecret } from '../../secret.ts';

/** A nonce is good for at least this long, and at most twice as long. */
const NONCE_WINDOW_MS = 30_000;
/** A nonce of 22 characters cannot be guessed, and makes a 438 of 68 bytes, which is shorter than its request. */
const NONCE_BYTES = 16;

/** The ticket's name and the endpoint that a request claims to come from. */
export interface Asker {
  readonly username: string;
  readonly remote: Endpoint;
}

/** `now` is in ms of any one monotonic clock. */
export interface TicketDesk {
  /** The key of a ticket that is good now, or null. */
  readonly keyOf: (now: number, username: string) => Uint8Array | null;
  /** The nonce to send to that endpoint. */
  readonly nonceFor: (now: number, asker: Asker) => string;
  readonly isFresh: (now: number, nonce: string, asker: Asker) => boolean;
}

/** Keeps no nonce: each is a digest of the ticket, the endpoint and the time under the secret. */
export function createTicketDesk(options: {
  readonly secret: Uint8Array;
  readonly passwordOf: (now: number, username: string) => string | null;
}): TicketDesk {
  const { secret, passwordOf } = options;
  const windowAt = (now: number): number => Math.floor(now / NONCE_WINDOW_MS);
  const nonceOf = (window: number, { username, remote }: Asker): string =>
    createHmac('sha256', secret)
      .update(`${window} ${username} ${formatEndpoint(remote)}`)
      .digest()
      .subarray(0, NONCE_BYTES)
      .toString('base64url');
  return {
    keyOf: (now, username) => {
      const password = passwordOf(now, username);
      return password === null ? null : shortTermKey(password);
    },
    nonceFor: (now, asker) => nonceOf(windowAt(now), asker),
    isFresh: (now, nonce, asker) =>
      [windowAt(now), windowAt(now) - 1].some((window) => isSameSecret(nonce, nonceOf(window, asker))),
  };
}
