/** Which of two peers is controlling (RFC 8445 §6.1.1): both sides come to the same result from what both have told. */
import type { Role, ToldBehavior } from './fields.ts';

export interface RoleParty {
  readonly id: string;
  readonly behavior: ToldBehavior;
}

/**
 * A peer with a destination-dependent mapping is controlled: only its own check shows the other where it is, and the
 * check that this one triggers can nominate at once. Otherwise the id decides, by character codes.
 */
export function roleOf(own: RoleParty, peer: RoleParty): Role {
  const [isOwnMoving, isPeerMoving] = [isMoving(own), isMoving(peer)];
  const isControlling = isOwnMoving === isPeerMoving ? own.id < peer.id : isPeerMoving;
  return isControlling ? 'controlling' : 'controlled';
}

/** Whether the peer's public endpoint depends on the destination. */
export function isMoving({ behavior: { mapping } }: Pick<RoleParty, 'behavior'>): boolean {
  return mapping === 'address-dependent' || mapping === 'address-and-port-dependent';
}
