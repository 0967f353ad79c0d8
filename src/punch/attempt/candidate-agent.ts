/** The ICE agent of a punch: told of the first socket's candidates before the role is known, made when it is. */
import type { Endpoint } from '../../endpoint.ts';
import { createIceAgent, type IceAgent, type IceAgentOptions } from '../../ice/agent.ts';
import { formatCandidate } from '../../ice/candidates/sdp.ts';
import { MIN_TA_MS } from '../../ice/checklist/pace.ts';
import { iceCredentials } from '../../rendezvous/protocol/ice-credentials.ts';
import type { ServerMessageOf } from '../../rendezvous/protocol/server-message.ts';

/** What the seven steps have not opened by then they will not open. */
const PUNCH_TIMEOUT_MS = 9_000;
/** The agent's name for the socket that every punch begins with. */
export const PUNCH_SOCKET = 'punch';
export const RELAY_SOCKET = 'relay';

/** Anyone may send to `endpoint`, whatever the NAT's mapping and filter: a static mapping of the `router`. */
export interface MappedCandidate {
  readonly endpoint: Endpoint;
  /** The IP address that told of it. */
  readonly router: string;
}

export interface CandidateAgent {
  /** As SDP lines, for the peer. */
  readonly candidates: readonly string[];
  /** The agent itself, once the role is known. */
  readonly create: (
    introduction: Pick<ServerMessageOf<'introduction'>, 'key' | 'role'>,
    options?: Pick<IceAgentOptions, 'relayGraceMs' | 'budget'>,
  ) => IceAgent;
}

/** What this side can be reached at, said before the role is known and checked from afterwards. */
export function candidateAgent({
  direct,
  mapped = null,
  relay,
  randomBytes,
}: {
  /** The first socket, how a server sees it, and that server's IP address; null where it reaches nobody. */
  readonly direct: { readonly local: Endpoint; readonly seen: Endpoint; readonly server: string } | null;
  /** What the own router has mapped to that socket: a reflexive candidate as well, as RFC 8445 §5.1.1 has no other name. */
  readonly mapped?: MappedCandidate | null;
  readonly relay: { readonly relayed: Endpoint; readonly mapped: Endpoint } | null;
  readonly randomBytes: (length: number) => Uint8Array;
}): CandidateAgent {
  const create: CandidateAgent['create'] = ({ key, role }, options = {}) => {
    const agent = createIceAgent({
      role,
      credentials: iceCredentials(key, role),
      randomBytes,
      taMs: MIN_TA_MS,
      timeoutMs: PUNCH_TIMEOUT_MS,
      ...options,
    });
    if (direct) {
      const { local, seen, server } = direct;
      agent.addLocalCandidate({ type: 'host', socket: PUNCH_SOCKET, endpoint: local });
      agent.addLocalCandidate({ type: 'srflx', socket: PUNCH_SOCKET, endpoint: seen, server });
      if (mapped) {
        const { endpoint, router } = mapped;
        agent.addLocalCandidate({ type: 'srflx', socket: PUNCH_SOCKET, endpoint, server: router });
      }
    }
    if (relay) {
      const { relayed: endpoint, mapped } = relay;
      agent.addLocalCandidate({ type: 'relay', socket: RELAY_SOCKET, endpoint, mapped });
    }
    agent.endOfLocalCandidates();
    return agent;
  };
  const candidates = create({ key: 'none', role: 'controlled' }).localCandidates().map(formatCandidate);
  return { candidates, create };
}
