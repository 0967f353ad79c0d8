/** The plan that follows from an introduction: what both sides have told of themselves, and where the server has seen them. */
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import type { Introduction } from '../../rendezvous/protocol/server-message.ts';
import { type PunchPlan, planPunch } from './plan.ts';
import { relayAddresses, tellsMappedPort, tellsRelayOnly } from './told-candidates.ts';

export function planIntroduced(
  { peer, candidates: heard, behavior: peerBehavior, own, endpoint }: Introduction,
  side: {
    readonly id: string;
    /** As this side has told. */
    readonly candidates: readonly string[];
    readonly behavior: ToldBehavior;
    /** Whether its own socket reaches the server. */
    readonly isDirect: boolean;
    /** IP address of the server. */
    readonly server: string;
  },
): PunchPlan {
  const { id, candidates: told, behavior, isDirect, server } = side;
  return planPunch(
    { id, behavior, isRelayOnly: tellsRelayOnly(told, own) },
    { id: peer, behavior: peerBehavior, isRelayOnly: tellsRelayOnly(heard, endpoint) },
    {
      isSameNat: own.address === endpoint.address && isDirect,
      isMapped: tellsMappedPort(heard, endpoint) || tellsMappedPort(told, own),
      isAtRelay: endpoint.address === server || relayAddresses([...told, ...heard]).has(endpoint.address),
    },
  );
}
