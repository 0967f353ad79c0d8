/** Checks the long-term credentials (RFC 8489 §9.2.4) that every request but a Binding has to show (RFC 8656 §5). */
import { checkIntegrity, type IntegrityAlgorithm, longTermKey } from '../../../../src/stun/integrity.ts';
import { attribute, type StunMessage } from '../../../../src/stun/message.ts';
import type { FiveTuple } from '../five-tuple.ts';
import type { Received } from '../received.ts';
import { allocationOf, type State } from '../state.ts';
import type { Credentials, Proof } from './users.ts';
import { userOf } from './users.ts';

/** The proof, or the code to refuse the request with. Nothing is kept about a client without one. */
export function authenticate(
  now: number,
  state: State,
  { fiveTuple, request, bytes }: Received,
): Proof | 400 | 401 | 438 {
  const algorithm = algorithmOf(request);
  if (algorithm === null) return 401;
  const username = attribute(request, 'USERNAME');
  const nonce = attribute(request, 'NONCE');
  if (username === undefined || nonce === undefined || attribute(request, 'REALM') === undefined) return 400;
  const credentials = credentialsOf(now, state, { fiveTuple, username });
  if (!credentials || checkIntegrity(bytes, { algorithm, key: credentials.key }) !== 'valid') return 401;
  return state.nonces.isFresh(now, nonce, fiveTuple) ? { credentials, algorithm } : 438;
}

/** The algorithm of the request's integrity, the stronger one where it has both (RFC 8489 §9.2.4). */
function algorithmOf(request: StunMessage): IntegrityAlgorithm | null {
  if (attribute(request, 'MESSAGE-INTEGRITY-SHA256') !== undefined) return 'sha256';
  return attribute(request, 'MESSAGE-INTEGRITY') === undefined ? null : 'sha1';
}

/**
 * The credentials of that username. Those of the five-tuple's allocation stay good, so that what began before they
 * expired can go on: RFC 8656 §5 does not let the username change.
 */
function credentialsOf(
  now: number,
  state: State,
  { fiveTuple, username }: { readonly fiveTuple: FiveTuple; readonly username: string },
): Credentials | null {
  const own = allocationOf(now, state, fiveTuple)?.proof.credentials;
  if (own?.username === username) return own;
  const account = state.accountOf(username);
  if (account === null) return null;
  const { password, session } = account;
  return { username, user: userOf(username), session, key: longTermKey({ username, realm: state.realm, password }) };
}
