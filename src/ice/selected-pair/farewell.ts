/**
 * The farewell, which tells the peer that the path is closed; otherwise only silence would. No RFC has it: it is a Binding
 * indication with an attribute that other ICE agents ignore, under the short-term credentials of the session (RFC 8489
 * §9.1), so that only the peer can have made it, and for this session alone.
 */
import { TRANSACTION_ID_BYTES } from '../../stun/header.ts';
import { checkIntegrity } from '../../stun/integrity.ts';
import { attribute, type StunMessage } from '../../stun/message.ts';
import { type AgentState, close, emit, reject, transmit } from '../agent-state.ts';
import { reportOf } from '../checklist/pair.ts';
import { encodeFarewell, isAddressedTo, type ReceivedCheck } from '../checks/messages.ts';

/** Sent three times, since nobody answers it; apart, since packets are lost in bursts; soon, since the owner waits. */
const SENT_AFTER_MS = [0, 15, 45] as const;

export function isFarewell(message: StunMessage): boolean {
  return message.class === 'indication' && attribute(message, 'PATH-CLOSED') !== undefined;
}

/** Takes a Binding indication; one that is wrong is dropped without a word (RFC 8489 §9.1.3). */
export function receiveIndication(state: AgentState, { arrival, message }: ReceivedCheck): void {
  if (!isFarewell(message)) return;
  const { ufrag, key } = state.local;
  const isForUs = isAddressedTo(ufrag, message);
  const isAuthentic = isForUs && checkIntegrity(arrival.bytes, { algorithm: 'sha1', key }) === 'valid';
  if (isAuthentic) state.hasPeerLeft = true;
  else reject(state, isForUs ? 'wrong-integrity' : 'wrong-username');
}

/** Begins to leave the peer; an agent without a selected pair is closed at once. */
export function leave(now: number, state: AgentState): void {
  if (state.selected) state.farewellsAt = SENT_AFTER_MS.map((ms) => now + ms);
  else close(state);
}

export function isLeaving({ farewellsAt }: AgentState): boolean {
  return farewellsAt !== null;
}

/** Sends the farewells that are due, or closes the agent because the peer has left; returns when the next one is due. */
export function advanceFarewell(now: number, state: AgentState): number {
  // A farewell may overtake the answer that selects the pair: until then it is kept.
  if (state.hasPeerLeft && state.selected && !state.isClosed) {
    emit(now, state, { kind: 'closed-by-peer', pair: reportOf(state.selected) });
    close(state);
  }
  const { farewellsAt } = state;
  if (!farewellsAt || state.isClosed) return Number.POSITIVE_INFINITY;
  for (const at of farewellsAt) if (at <= now) sendFarewell(state);
  const left = farewellsAt.filter((at) => at > now);
  state.farewellsAt = left;
  const [next] = left;
  if (next === undefined) close(state);
  return next ?? Number.POSITIVE_INFINITY;
}

function sendFarewell(state: AgentState): void {
  const { selected, local, remote, config } = state;
  if (!selected || !remote) return;
  const transactionId = config.randomBytes(TRANSACTION_ID_BYTES);
  const bytes = encodeFarewell({ transactionId, username: `${remote.ufrag}:${local.ufrag}`, key: remote.key });
  transmit(state, { socket: selected.local.socket, to: selected.remote.endpoint, bytes });
}
