/** The STUN messages of ICE: the check, the responses to one (RFC 8445 §7.1, §7.3), and the farewell. */
import type { Endpoint } from '../../endpoint.ts';
import type { Arrival } from '../../session.ts';
import type { Attribute } from '../../stun/attribute.ts';
import { encode } from '../../stun/encode.ts';
import { METHOD } from '../../stun/header.ts';
import { attribute, type StunMessage } from '../../stun/message.ts';
import { type Role, roleAttribute } from '../role.ts';

const REASON = {
  400: 'Bad Request',
  401: 'Unauthorized',
  420: 'Unknown Attribute',
  487: 'Role Conflict',
} as const;
export type ErrorCode = keyof typeof REASON;

/** A datagram, and the message that was read from it. */
export interface ReceivedCheck {
  readonly arrival: Arrival;
  readonly message: StunMessage;
}

/** Whether USERNAME names the agent with that fragment: it comes before the colon (RFC 8445 §7.2.2). */
export function isAddressedTo(ufrag: string, message: StunMessage): boolean {
  return attribute(message, 'USERNAME')?.startsWith(`${ufrag}:`) ?? false;
}

/** A Binding request under the peer's password; USERNAME is the peer's fragment, then the sender's (RFC 8445 §7.2.2). */
export function encodeCheck(options: {
  readonly transactionId: Uint8Array;
  readonly username: string;
  readonly key: Uint8Array;
  readonly priority: number;
  readonly role: Role;
  readonly tieBreaker: bigint;
  /** USE-CANDIDATE: the controlling side's choice. */
  readonly nominates: boolean;
}): Uint8Array {
  const { transactionId, username, key, priority, role, tieBreaker, nominates } = options;
  const attributes: Attribute[] = [
    { type: 'USERNAME', value: username },
    { type: 'PRIORITY', value: priority },
    roleAttribute(role, tieBreaker),
  ];
  if (nominates) attributes.push({ type: 'USE-CANDIDATE', value: true });
  return encode(
    { class: 'request', method: METHOD.binding, transactionId, attributes },
    { integrity: { algorithm: 'sha1', key }, fingerprint: true },
  );
}

/** A Binding indication that says that the path is closed, under the peer's password as a check is. */
export function encodeFarewell(options: {
  readonly transactionId: Uint8Array;
  readonly username: string;
  readonly key: Uint8Array;
}): Uint8Array {
  const { transactionId, username, key } = options;
  const attributes: Attribute[] = [
    { type: 'USERNAME', value: username },
    { type: 'PATH-CLOSED', value: true },
  ];
  return encode(
    { class: 'indication', method: METHOD.binding, transactionId, attributes },
    { integrity: { algorithm: 'sha1', key }, fingerprint: true },
  );
}

/** Tells the peer where its check came from, without the zone of a link-local address, which means nothing elsewhere. */
export function encodeSuccess(transactionId: Uint8Array, from: Endpoint, key: Uint8Array): Uint8Array {
  const mapped = { address: from.address.replace(/%.*$/, ''), port: from.port };
  return encode(
    {
      class: 'success',
      method: METHOD.binding,
      transactionId,
      attributes: [{ type: 'XOR-MAPPED-ADDRESS', value: mapped }],
    },
    { integrity: { algorithm: 'sha1', key }, fingerprint: true },
  );
}

/** @param options.key null where the sender has not shown that it knows it: 400 and 401 (RFC 8489 §9.1.3). */
export function encodeError(options: {
  readonly transactionId: Uint8Array;
  readonly code: ErrorCode;
  readonly unknown?: readonly number[];
  readonly key: Uint8Array | null;
}): Uint8Array {
  const { transactionId, code, unknown = [], key } = options;
  const attributes: Attribute[] = [{ type: 'ERROR-CODE', value: { code, reason: REASON[code] } }];
  if (unknown.length > 0) attributes.push({ type: 'UNKNOWN-ATTRIBUTES', value: unknown });
  return encode(
    { class: 'error', method: METHOD.binding, transactionId, attributes },
    { ...(key && { integrity: { algorithm: 'sha1', key } }), fingerprint: true },
  );
}
