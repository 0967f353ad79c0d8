/** Judging a check: whether it is the peer's and may count, and what it is answered if not (RFC 8445 §7.3). */
import { formatEndpoint } from '../../endpoint.ts';
import type { AttributeName } from '../../stun/attribute.ts';
import { hex } from '../../stun/hex.ts';
import { checkIntegrity } from '../../stun/integrity.ts';
import { attribute, unknownRequired } from '../../stun/message.ts';
import type { AgentState } from '../agent-state.ts';
import { resolveRole } from '../role.ts';
import { type ErrorCode, isAddressedTo, type ReceivedCheck } from './messages.ts';
import type { CheckRejectionCause } from './rejection-cause.ts';

/** A check that is answered with an error. */
export interface RefusedRequest {
  readonly kind: 'refused';
  readonly cause: CheckRejectionCause;
  readonly code: ErrorCode;
  /** The types of the attributes that an answer with 420 lists. */
  readonly unknown?: readonly number[];
  /** Whether the sender has shown that it knows this agent's password. */
  readonly isAuthentic: boolean;
}

export interface AcceptedRequest {
  readonly kind: 'accepted';
  readonly priority: number;
  readonly nominates: boolean;
  /** Whether this agent must take the other role. */
  readonly switchesRole: boolean;
}

export type RequestJudgement =
  | { readonly kind: 'ignored'; readonly cause: CheckRejectionCause }
  | RefusedRequest
  | AcceptedRequest;

const UNDERSTOOD: ReadonlySet<AttributeName> = new Set([
  'USERNAME',
  'MESSAGE-INTEGRITY',
  'MESSAGE-INTEGRITY-SHA256',
  'PRIORITY',
  'USE-CANDIDATE',
]);

/** How many checks have their source remembered: far more than come while one is sent again. */
const MAX_REMEMBERED = 256;

export function judgeRequest(state: AgentState, received: ReceivedCheck): RequestJudgement {
  const { arrival, message } = received;
  const { ufrag, key } = state.local;
  // RFC 8489 §9.1.3: 400 when something is missing, 401 when it is wrong.
  const integrity = checkIntegrity(arrival.bytes, { algorithm: 'sha1', key });
  if (attribute(message, 'USERNAME') === undefined || integrity === 'absent') return stranger(400, 'missing-attribute');
  if (!isAddressedTo(ufrag, message)) return stranger(401, 'wrong-username');
  if (integrity === 'wrong') return stranger(401, 'wrong-integrity');
  const unknown = unknownRequired(message, UNDERSTOOD);
  if (unknown.length > 0) return { ...peer(420, 'unknown-attribute'), unknown };
  const priority = attribute(message, 'PRIORITY');
  if (priority === undefined) return peer(400, 'missing-attribute');
  if (isReplayed(state, received)) return { kind: 'ignored', cause: 'replayed' };
  const conflict = resolveRole(state, message);
  if (conflict === 'refuse') return peer(487, 'role-conflict');
  const nominates = attribute(message, 'USE-CANDIDATE') === true;
  return { kind: 'accepted', priority, nominates, switchesRole: conflict === 'switch' };
}

function stranger(code: ErrorCode, cause: CheckRejectionCause): RefusedRequest {
  return { kind: 'refused', code, cause, isAuthentic: false };
}

function peer(code: ErrorCode, cause: CheckRejectionCause): RefusedRequest {
  return { kind: 'refused', code, cause, isAuthentic: true };
}

/** Whether the check was seen before from another source, and so is replayed; its source is remembered. */
function isReplayed({ requestSources: sources }: AgentState, { arrival, message }: ReceivedCheck): boolean {
  const id = hex(message.transactionId);
  const source = `${arrival.socket} ${formatEndpoint(arrival.from)}`;
  const before = sources.get(id);
  if (before === undefined) sources.set(id, source);
  const [oldest] = sources.keys();
  if (sources.size > MAX_REMEMBERED && oldest !== undefined) sources.delete(oldest);
  return before !== undefined && before !== source;
}
