/** What of a NAT's behaviour still holds when the other side begins, minutes after it was told. */
import type { ToldBehavior } from '../protocol/fields.ts';

/**
 * Leaves out a counter of ports: it has gone on by then, and no signal tells by how much, so that a prediction would miss. Both sides then
 * do without one.
 */
export function behaviorByHand(behavior: ToldBehavior): ToldBehavior {
  const { allocation, ...rest } = behavior;
  return allocation?.kind === 'sequential' ? rest : behavior;
}
