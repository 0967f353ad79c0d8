/** Says why two peers that met did not get through to each other: the side, the cause, and what would help. */

import type { Introduction } from '../../rendezvous/protocol/server-message.ts';
import { INTRODUCTIONS_MAX } from '../attempt/budget.ts';
import type { PunchPlan } from '../attempt/plan.ts';

export function explainNoPath({
  id,
  plan,
  introduction: { peer, own, endpoint },
  isHeard,
}: {
  readonly id: string;
  readonly plan: PunchPlan;
  readonly introduction: Introduction;
  /** Whether a check of the peer came in. */
  readonly isHeard: boolean;
}): string {
  if (plan.technique !== 'simultaneous-open') return plan.text;
  if (isHeard) return `packets from ${peer} come in, but none get out to it: its side, or ours, drops them`;
  if (own.address === endpoint.address) {
    const cause = `${id} and ${peer} are behind the same NAT, ${own.address}, which sends no packets back inside (no hairpinning)`;
    return `${cause}, and their network keeps them apart: a relay would help, or a different network on one side`;
  }
  const cause = `nothing from ${peer} came in, although both NATs, as detected, would have let it in`;
  return `${cause}: a firewall on one side or the other drops UDP between peers`;
}

/** Why a peer is not met again: every introduction makes this host send to whatever endpoints the peer has told. */
export function explainLost(peer: string): string {
  return `${peer} was introduced ${INTRODUCTIONS_MAX} times, and each time it was lost before there was a path`;
}
