/** Who nominates, and what happens when both agents think that they do, or neither (RFC 8445 §6.1.1, §7.3.1.1). */
import type { Attribute } from '../stun/attribute.ts';
import { attribute, type StunMessage } from '../stun/message.ts';

/** Which of the two agents nominates: the controlling one. */
export type Role = 'controlling' | 'controlled';

/** The role that the peer has. */
export function otherRole(role: Role): Role {
  return role === 'controlling' ? 'controlled' : 'controlling';
}

export function roleAttribute(role: Role, tieBreaker: bigint): Attribute {
  return { type: role === 'controlling' ? 'ICE-CONTROLLING' : 'ICE-CONTROLLED', value: tieBreaker };
}

/** A tie-breaker of 64 random bits (RFC 8445 §16.1). */
export function randomTieBreaker(randomBytes: (length: number) => Uint8Array): bigint {
  return Buffer.from(randomBytes(8)).readBigUInt64BE();
}

/**
 * What becomes of a check that claims a role. `refuse`: this agent keeps its role, and says so with 487. `switch`: it takes
 * the other role, and the check counts.
 */
export function resolveRole(
  { role, tieBreaker }: { readonly role: Role; readonly tieBreaker: bigint },
  request: StunMessage,
): 'none' | 'refuse' | 'switch' {
  const theirs = attribute(request, role === 'controlling' ? 'ICE-CONTROLLING' : 'ICE-CONTROLLED');
  if (theirs === undefined) return 'none';
  const isStronger = tieBreaker >= theirs;
  return isStronger === (role === 'controlling') ? 'refuse' : 'switch';
}
