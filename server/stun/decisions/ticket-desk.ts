/** What the STUN responder has to know to take tickets: their keys, and nonces that only the asking endpoint can have read. */
import { createHmac } from 'node:crypto';
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { shortTermKey } from '../../../src/stun/integrity.ts';
import { isSameSecret } from '../../secret.ts';

/** A nonce is good for this long at least, and twice that at most. */
const NONCE_WINDOW_MS = 30_000;
/** 22 characters: with it a 438 has 68 bytes, fewer than its request, and guessing is hopeless. */
const NONCE_BYTES = 16;

export interface TicketDesk {
  /** The key of a ticket that is good now, or null. */
  readonly keyOf: (username: string) => Uint8Array | null;
  /** The nonce to send to whoever says to be at `remote`. */
  readonly nonceFor: (username: string, remote: Endpoint) => string;
  readonly isFresh: (nonce: string, username: string, remote: Endpoint) => boolean;
}

/** Nothing is kept for a nonce: it is a digest of the ticket, the endpoint and the time under the secret. */
export function createTicketDesk(options: {
  readonly secret: Uint8Array;
  readonly passwordOf: (username: string) => string | null;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}): TicketDesk {
  const { secret, passwordOf, now } = options;
  const window = (): number => Math.floor(now() / NONCE_WINDOW_MS);
  const nonceOf = (username: string, remote: Endpoint, at: number): string =>
    createHmac('sha256', secret)
      .update(`${at} ${username} ${formatEndpoint(remote)}`)
      .digest()
      .subarray(0, NONCE_BYTES)
      .toString('base64url');
  return {
    keyOf: (username) => {
      const password = passwordOf(username);
      return password === null ? null : shortTermKey(password);
    },
    nonceFor: (username, remote) => nonceOf(username, remote, window()),
    isFresh: (nonce, username, remote) =>
      [window(), window() - 1].some((at) => isSameSecret(nonce, nonceOf(username, remote, at))),
  };
}
