/** The ICE agent of a punch. Its local candidates are known before its role is; the agent is created once the role is known. */
import type { Endpoint } from '../../../endpoint.ts';
import { createIceAgent, type IceAgent, type IceAgentOptions } from '../../../ice/agent.ts';
import type { LocalCandidateSpec } from '../../../ice/candidates/local-candidate.ts';
import { MAX_LOCAL_PREFERENCE } from '../../../ice/candidates/priority.ts';
import { formatCandidate } from '../../../ice/candidates/sdp.ts';
import { MIN_TA_MS } from '../../../ice/checklist/pace.ts';
import { iceCredentials } from '../../../rendezvous/protocol/ice-credentials.ts';
import type { ServerMessageOf } from '../../../rendezvous/protocol/server-message.ts';

/** A path that the seven steps have not opened by then will not open. */
const PUNCH_TIMEOUT_MS = 9_000;
/** The agent's name for the socket that every punch begins with. */
export const PUNCH_SOCKET = 'punch';
/** The agent's name for the socket over IPv6, where the first one is over IPv4. */
export const SECOND_SOCKET = 'second';
export const RELAY_SOCKET = 'relay';

/** A port that the router has mapped: anyone may send to `endpoint`, however the NAT maps and filters. */
export interface MappedCandidate {
  readonly endpoint: Endpoint;
  /** The IP address of the router, which granted the mapping. */
  readonly router: string;
}

export interface CandidateAgent {
  /** The local candidates as SDP lines, for the peer. */
  readonly candidates: readonly string[];
  /** Creates the agent, once the role is known. */
  readonly create: (
    introduction: Pick<ServerMessageOf<'introduction'>, 'key' | 'role'>,
    options?: Pick<IceAgentOptions, 'relayGraceMs' | 'budget' | 'answersFromAnyPort' | 'relays'>,
  ) => IceAgent;
}

/** A socket where a server sees it, and that server's IP address. */
export interface SeenSocket {
  readonly local: Endpoint;
  readonly seen: Endpoint;
  readonly server: string;
}

/** A socket at another address of this host; where the server sees it, if that is known. */
export interface OtherBase {
  readonly name: string;
  readonly local: Endpoint;
  readonly seen: Endpoint | null;
  /** The IP address of the server. */
  readonly server: string;
}

/** Gathers the candidates of this side, which the peer is told before the role is known, and from which the agent then checks. */
export function candidateAgent({
  direct,
  second = null,
  others = [],
  mapped = null,
  relay,
  randomBytes,
}: {
  /** The first socket; null where it is not to be reached directly. */
  readonly direct: SeenSocket | null;
  /** The socket over IPv6, where the first one is over IPv4. */
  readonly second?: SeenSocket | null;
  /** The sockets at other addresses of this host, under the agent's names for them, and where the server sees each. */
  readonly others?: readonly OtherBase[];
  /** The port that the local router has mapped to that socket; it counts as a reflexive candidate, since RFC 8445 §5.1.1 has no other type for it. */
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
    // RFC 8421 §4: of two families IPv6 is preferred, if only a little.
    if (second) addSeen(agent, { ...second, socket: SECOND_SOCKET, localPreference: MAX_LOCAL_PREFERENCE });
    if (direct) {
      addSeen(agent, { ...direct, socket: PUNCH_SOCKET, localPreference: MAX_LOCAL_PREFERENCE - (second ? 1 : 0) });
      if (mapped) {
        const { endpoint, router } = mapped;
        agent.addLocalCandidate({ type: 'srflx', socket: PUNCH_SOCKET, endpoint, server: router });
      }
    }
    for (const other of others) {
      for (const spec of otherSpecs(other)) agent.addLocalCandidate(spec);
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

function addSeen(
  agent: IceAgent,
  {
    socket,
    local,
    seen,
    server,
    localPreference,
  }: SeenSocket & { readonly socket: string; readonly localPreference: number },
): void {
  agent.addLocalCandidate({ type: 'host', socket, endpoint: local, localPreference });
  agent.addLocalCandidate({ type: 'srflx', socket, endpoint: seen, server });
}

/** Its candidates, less preferred than those of the sockets that were added before. */
export function otherSpecs({ name: socket, local, seen, server }: OtherBase): readonly LocalCandidateSpec[] {
  const host = { type: 'host', socket, endpoint: local } as const;
  return seen ? [host, { type: 'srflx', socket, endpoint: seen, server }] : [host];
}
