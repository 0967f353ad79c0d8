/** What the two attempts of a pair tell each other while they are under way. */
import type { LocalCandidateSpec } from '../../ice/candidates/local-candidate.ts';
import { PUNCH_SOCKET } from './candidates/candidate-agent.ts';
import { addLateCandidates, LATE_LINES_MAX } from './candidates/late-candidates.ts';
import { seenCandidate } from './candidates/remote-candidates.ts';
import type { PeerSignal } from './peer-signal.ts';
import type { State } from './state.ts';

/** The router has another port for the punching socket now, and has forgotten the ways that this side had opened. */
export function noteMove({ agent, moved, queue }: State, port: number): void {
  moved.own = true;
  queue.push({ kind: 'tell', signal: { type: 'moved', port } });
  agent.checkAgain({ socket: PUNCH_SOCKET });
}

export function handleSignal(now: number, state: State, signal: PeerSignal): void {
  const { agent, technique, work, peer, moved } = state;
  switch (signal.type) {
    case 'ports':
      for (const port of signal.ports) work.heard.add(port);
      technique?.handlePorts(signal.ports);
      break;
    case 'candidates':
      state.late.peer.push(...signal.candidates.slice(0, LATE_LINES_MAX - state.late.peer.length));
      for (const candidate of state.readLate(signal.candidates)) agent.addRemoteCandidate(candidate);
      break;
    case 'moved': {
      moved.peer = true;
      if (!peer) break;
      const endpoint = { address: peer.address, port: signal.port };
      agent.addRemoteCandidate({ ...seenCandidate(endpoint), foundation: 'moved' });
      agent.checkAgain({ remote: endpoint });
      technique?.handleMoved?.(now, endpoint);
      break;
    }
    case 'address':
      technique?.handleAddress?.(signal.address);
  }
}

export function addLate({ agent, late, queue }: State, specs: readonly LocalCandidateSpec[]): void {
  // A server may say of a socket that it is somewhere else each time.
  if (late.own.length >= LATE_LINES_MAX) return;
  const candidates = addLateCandidates(agent, specs);
  if (candidates.length === 0) return;
  late.own.push(...candidates);
  queue.push({ kind: 'tell', signal: { type: 'candidates', candidates } });
}
