/**
 * Gives the STUN responder what it needs to take tickets: their keys, and nonces that only the asking endpoint can have
 * read.
 */
import { createHmac } from 'node:crypto';
import { type Endpoint, type Family, familyOf, formatEndpoint } from '../../../src/endpoint.ts';
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
  /** The key of the asker's ticket; null unless it is good now, and may be shown over the asker's family. */
  readonly keyOf: (now: number, asker: Asker) => Uint8Array | null;
  /** The nonce to send to that endpoint. */
  readonly nonceFor: (now: number, asker: Asker) => string;
  readonly isFresh: (now: number, nonce: string, asker: Asker) => boolean;
}

export interface TicketDeskOptions {
  /** Whoever has the same one takes the nonces that this desk gives. */
  readonly secret: Uint8Array;
  /** The Unix time at `now`, which all who share the secret agree on within a few seconds. */
  readonly unixMs: (now: number) => number;
  readonly passwordOf: (now: number, asker: { readonly username: string; readonly family: Family }) => string | null;
}

/** Keeps no nonce: each is a digest of the ticket, the endpoint and the time under the secret. */
export function createTicketDesk({ secret, unixMs, passwordOf }: TicketDeskOptions): TicketDesk {
  const windowAt = (now: number): number => Math.floor(unixMs(now) / NONCE_WINDOW_MS);
  const nonceOf = (window: number, { username, remote }: Asker): string =>
    createHmac('sha256', secret)
      .update(`ticket nonce ${window} ${username} ${formatEndpoint(remote)}`)
      .digest()
      .subarray(0, NONCE_BYTES)
      .toString('base64url');
  return {
    keyOf: (now, { username, remote }) => {
      const password = passwordOf(now, { username, family: familyOf(remote.address) });
      return password === null ? null : shortTermKey(password);
    },
    nonceFor: (now, asker) => nonceOf(windowAt(now), asker),
    isFresh: (now, nonce, asker) =>
      [windowAt(now), windowAt(now) - 1].some((window) => isSameSecret(nonce, nonceOf(window, asker))),
  };
}
