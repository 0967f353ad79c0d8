/** What a check of the peer is worth: who it is from, whether it may count, and else what it is answered (RFC 8445 §7.3). */
import { formatEndpoint } from '../../endpoint.ts';
import type { Arrival } from '../../session.ts';
import type { AttributeName } from '../../stun/attribute.ts';
import { checkIntegrity } from '../../stun/integrity.ts';
import { attribute, type StunMessage, unknownRequired } from '../../stun/message.ts';
import { type Role, resolveRole } from '../role.ts';
import type { ErrorCode } from './messages.ts';
import type { RejectionCause } from './rejection.ts';
import { hex } from './transactions.ts';

export type RequestJudgement =
  | { readonly kind: 'ignored'; readonly cause: RejectionCause }
  | {
      readonly kind: 'refused';
      readonly cause: RejectionCause;
      readonly code: ErrorCode;
      readonly unknown?: readonly number[];
      /** Whether the asker has shown that it knows the own password. */
      readonly isAuthentic: boolean;
    }
  | {
      readonly kind: 'accepted';
      readonly priority: number;
      readonly nominates: boolean;
      /** Whether the own role must give way. */
      readonly switchesRole: boolean;
    };

const UNDERSTOOD: ReadonlySet<AttributeName> = new Set([
  'USERNAME',
  'MESSAGE-INTEGRITY',
  'MESSAGE-INTEGRITY-SHA256',
  'PRIORITY',
  'USE-CANDIDATE',
]);

/** Checks whose source is remembered: far more than come within the seconds in which one is sent again. */
const MAX_REMEMBERED = 256;

/** The judge remembers authentic checks, to tell one sent again from one replayed by somebody else. */
export function createRequestJudge(own: {
  readonly ufrag: string;
  readonly key: Uint8Array;
}): (
  request: { readonly arrival: Arrival; readonly message: StunMessage },
  state: { readonly role: Role; readonly tieBreaker: bigint },
) => RequestJudgement {
  const sources = new Map<string, string>();
  const isReplayed = ({ socket, from }: Arrival, transactionId: Uint8Array): boolean => {
    const id = hex(transactionId);
    const source = `${socket} ${formatEndpoint(from)}`;
    const before = sources.get(id);
    if (before === undefined) sources.set(id, source);
    const [oldest] = sources.keys();
    if (sources.size > MAX_REMEMBERED && oldest !== undefined) sources.delete(oldest);
    return before !== undefined && before !== source;
  };

  return ({ arrival, message }, state) => {
    const refused = (code: ErrorCode, cause: RejectionCause, isAuthentic: boolean): RequestJudgement => ({
      kind: 'refused',
      code,
      cause,
      isAuthentic,
    });
    // RFC 8489 §9.1.3: 400 when something is missing, 401 when it is wrong.
    const username = attribute(message, 'USERNAME');
    const integrity = checkIntegrity(arrival.bytes, { algorithm: 'sha1', key: own.key });
    if (username === undefined || integrity === 'absent') return refused(400, 'missing-attribute', false);
    // The part before the colon is the own one; the other may not be known yet (RFC 8445 §7.3).
    if (!username.startsWith(`${own.ufrag}:`)) return refused(401, 'wrong-username', false);
    if (integrity === 'wrong') return refused(401, 'wrong-integrity', false);
    const unknown = unknownRequired(message, UNDERSTOOD);
    if (unknown.length > 0) {
      return { kind: 'refused', code: 420, cause: 'unknown-attribute', unknown, isAuthentic: true };
    }
    const priority = attribute(message, 'PRIORITY');
    if (priority === undefined) return refused(400, 'missing-attribute', true);
    if (isReplayed(arrival, message.transactionId)) return { kind: 'ignored', cause: 'replayed' };
    const conflict = resolveRole(state, message);
    if (conflict === 'refuse') return refused(487, 'role-conflict', true);
    const nominates = attribute(message, 'USE-CANDIDATE') === true;
    return { kind: 'accepted', priority, nominates, switchesRole: conflict === 'switch' };
  };
}
