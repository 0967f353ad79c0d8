/** The ICE agent of a punch: told of the one socket's candidates before the role is known, made when it is. */
import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../endpoint.ts';
import { createIceAgent, type IceAgent } from '../ice/agent.ts';
import { MIN_TA_MS } from '../ice/pace.ts';
import { formatCandidate } from '../ice/sdp.ts';
import { PUNCH_SOCKET } from '../net/ice-path.ts';
import type { UdpSocket } from '../net/udp-socket.ts';
import { iceCredentials } from '../rendezvous/ice-credentials.ts';
import type { Introduction } from './meeting.ts';

/** What the seven steps have not opened by then they will not open. */
const PUNCH_TIMEOUT_MS = 9_000;

export interface CandidateAgent {
  /** As SDP lines, for the peer. */
  readonly candidates: readonly string[];
  /** The agent itself, once the role is known. */
  readonly create: (introduction: Introduction) => IceAgent;
}

/** What this socket can be reached at, said before the role is known and checked from afterwards. */
export function candidateAgent(
  socket: UdpSocket,
  { seen, server }: { readonly seen: Endpoint; readonly server: string },
): CandidateAgent {
  const fill = (agent: IceAgent): IceAgent => {
    agent.addLocalCandidate({ type: 'host', socket: PUNCH_SOCKET, endpoint: socket.local });
    agent.addLocalCandidate({ type: 'srflx', socket: PUNCH_SOCKET, endpoint: seen, server });
    agent.endOfLocalCandidates();
    return agent;
  };
  const create = ({ key, role }: Pick<Introduction, 'key' | 'role'>): IceAgent =>
    fill(
      createIceAgent({
        role,
        credentials: iceCredentials(key, role),
        randomBytes,
        taMs: MIN_TA_MS,
        timeoutMs: PUNCH_TIMEOUT_MS,
      }),
    );
  const candidates = create({ key: 'none', role: 'controlled' }).localCandidates().map(formatCandidate);
  return { candidates, create };
}
