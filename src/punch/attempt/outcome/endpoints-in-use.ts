/** The endpoints that a path uses, as every report names them: those of the selected pair, whichever socket it belongs to. */
import type { Endpoint } from '../../../endpoint.ts';
import { isRelayed, type PairReport } from '../../../ice/checklist/pair.ts';
import { RELAY_SOCKET } from '../candidates/candidate-agent.ts';

export interface EndpointsInUse {
  /** Where this side's socket is bound; null where the path leaves by this side's relay, which has no socket on this host. */
  readonly local: Endpoint | null;
  /** Where the peer sees this side: at its socket, at what its NAT makes of that, or at its relay. */
  readonly public: Endpoint;
  /** Where the peer is reached. */
  readonly remote: Endpoint;
}

/** Returns the endpoints of a pair on which a check has been answered, which has told where the peer sees this side. */
export function endpointsInUse(pair: PairReport): EndpointsInUse {
  const { local, remote } = pair;
  return { local: leavesByRelay(pair) ? null : local.base, public: local.endpoint, remote: remote.endpoint };
}

/** Whether datagrams on the pair leave through this side's relay. */
export function leavesByRelay({ socket, local }: PairReport): boolean {
  // The peer may see the relay at another address than the server says, which is then a peer-reflexive candidate.
  return local.type === 'relay' || socket === RELAY_SOCKET;
}

/** Whether the path goes through a relay of either side, as far as this side can know. */
export function isThroughRelay(pair: PairReport): boolean {
  return isRelayed(pair) || leavesByRelay(pair);
}
