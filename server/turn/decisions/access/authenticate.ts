/** Long-term credentials (RFC 8489 §9.2.4), as every request but a Binding has to show them (RFC 8656 §5). */
import { checkIntegrity, type IntegrityAlgorithm, longTermKey } from '../../../../src/stun/integrity.ts';
import { attribute, type StunMessage } from '../../../../src/stun/message.ts';
import type { Flow } from '../five-tuple.ts';
import { allocationOf, type State } from '../state.ts';
import { userOf } from './users.ts';

export interface Credentials {
  readonly username: string;
  /** Whose quota counts. */
  readonly user: string;
  /** The session of the rendezvous that they were given to, whose end is theirs; null: they are nobody's session's. */
  readonly session: string | null;
  readonly key: Uint8Array;
}

/** What a request has shown, and with which algorithm the answer shows the same. */
export interface Proof {
  readonly credentials: Credentials;
  readonly algorithm: IntegrityAlgorithm;
}

export interface Received {
  readonly flow: Flow;
  readonly request: StunMessage;
  /** As it came. */
  readonly bytes: Uint8Array;
  readonly now: number;
}

/** The proof, or what to refuse the request with. Nothing is kept of whoever has none. */
export function authenticate(state: State, { flow, request, bytes, now }: Received): Proof | 400 | 401 | 438 {
  const algorithm = algorithmOf(request);
  if (algorithm === null) return 401;
  const username = attribute(request, 'USERNAME');
  const nonce = attribute(request, 'NONCE');
  if (username === undefined || nonce === undefined || attribute(request, 'REALM') === undefined) return 400;
  const credentials = credentialsOf(state, { flow, username, now });
  if (!credentials || checkIntegrity(bytes, { algorithm, key: credentials.key }) !== 'valid') return 401;
  return state.nonces.isFresh(nonce, flow, now) ? { credentials, algorithm } : 438;
}

/** The stronger one where both are there (RFC 8489 §9.2.4). */
function algorithmOf(request: StunMessage): IntegrityAlgorithm | null {
  if (attribute(request, 'MESSAGE-INTEGRITY-SHA256') !== undefined) return 'sha256';
  return attribute(request, 'MESSAGE-INTEGRITY') === undefined ? null : 'sha1';
}

/**
 * Those of the flow's allocation when it is of that user, so that what began within the time of its credentials can go on
 * after it: RFC 8656 §5 forbids to change the username.
 */
function credentialsOf(
  state: State,
  { flow, username, now }: { readonly flow: Flow; readonly username: string; readonly now: number },
): Credentials | null {
  const own = allocationOf(state, flow, now)?.proof.credentials;
  if (own?.username === username) return own;
  const account = state.accountOf(username);
  if (account === null) return null;
  const { password, session } = account;
  return { username, user: userOf(username), session, key: longTermKey({ username, realm: state.realm, password }) };
}
