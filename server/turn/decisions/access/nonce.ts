/**
 * Nonces (RFC 8489 §9.2, RFC 8656 §5) that need not be kept: each is a digest of the five-tuple and the time under a
 * secret.
 */
import { createHmac } from 'node:crypto';
import { isSameSecret } from '../../../secret.ts';
import { type FiveTuple, fiveTupleKey } from '../five-tuple.ts';

/** A nonce is good for at least this long, and at most twice as long: RFC 8656 §5 has it expire within the hour. */
export const NONCE_WINDOW_MS = 600_000;
/** A nonce has 16 characters of base64url. */
const NONCE_BYTES = 12;

export interface NonceDesk {
  readonly nonceFor: (now: number, fiveTuple: FiveTuple) => string;
  readonly isFresh: (now: number, nonce: string, fiveTuple: FiveTuple) => boolean;
}

/** @param secret random bytes; whoever knows them can make nonces. */
export function createNonceDesk(secret: Uint8Array): NonceDesk {
  const windowAt = (now: number): number => Math.floor(now / NONCE_WINDOW_MS);
  const nonceOf = (window: number, fiveTuple: FiveTuple): string =>
    createHmac('sha256', secret)
      .update(`${window} ${fiveTuple.remote.address} ${fiveTupleKey(fiveTuple)}`)
      .digest()
      .subarray(0, NONCE_BYTES)
      .toString('base64url');
  return {
    nonceFor: (now, fiveTuple) => nonceOf(windowAt(now), fiveTuple),
    isFresh: (now, nonce, fiveTuple) =>
      [windowAt(now), windowAt(now) - 1].some((window) => isSameSecret(nonce, nonceOf(window, fiveTuple))),
  };
}
