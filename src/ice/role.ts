/** Who nominates, and what becomes of it when both agents think they do, or neither (RFC 8445 §6.1.1, §7.3.1.1). */
import type { Attribute } from '../stun/attribute.ts';
import { attribute, type StunMessage } from '../stun/message.ts';

export type Role = 'controlling' | 'controlled';

export function otherRole(role: Role): Role {
  return role === 'controlling' ? 'controlled' : 'controlling';
}

export function roleAttribute(role: Role, tieBreaker: bigint): Attribute {
  return { type: role === 'controlling' ? 'ICE-CONTROLLING' : 'ICE-CONTROLLED', value: tieBreaker };
}

/** `refuse`: the own role stays, and the other is told so with 487. `switch`: the own role changes, and the check counts. */
export function resolveRole(
  own: { readonly role: Role; readonly tieBreaker: bigint },
  request: StunMessage,
): 'none' | 'refuse' | 'switch' {
  const theirs = attribute(request, own.role === 'controlling' ? 'ICE-CONTROLLING' : 'ICE-CONTROLLED');
  if (theirs === undefined) return 'none';
  const isStronger = own.tieBreaker >= theirs;
  return isStronger === (own.role === 'controlling') ? 'refuse' : 'switch';
}
