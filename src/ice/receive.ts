/** Telling what a datagram is to an agent: ICE, data of the peer, or neither (RFC 8445 §7, §12.2). */
import type { Arrival } from '../session.ts';
import { decode } from '../stun/decode.ts';
import { hasValidFingerprint } from '../stun/fingerprint.ts';
import { METHOD } from '../stun/header.ts';
import { hex } from '../stun/hex.ts';
import { isClassic, type StunMessage } from '../stun/message.ts';
import { type AgentState, reject } from './agent-state.ts';
import type { Pair } from './checklist/pair.ts';
import { receiveRequest } from './checks/answer.ts';
import { isAddressedTo } from './checks/messages.ts';
import { receiveResponse } from './checks/response.ts';
import { isFarewell, receiveIndication } from './selected-pair/farewell.ts';

/**
 * What an agent made of a datagram. `ice`: it was a STUN message of ICE, which the agent has taken. `peer`: it is data from
 * an endpoint from which the peer has sent an authentic check or answer. `other`: it is neither.
 */
export type DatagramKind = 'ice' | 'peer' | 'other';

export function receive(now: number, state: AgentState, arrival: Arrival): DatagramKind {
  const message = state.isClosed ? null : stunOf(arrival.bytes);
  if (!message) return isFromPeer(state, arrival) ? 'peer' : 'other';
  const received = { arrival, message };
  switch (message.class) {
    case 'request':
      receiveRequest(now, state, received);
      return 'ice';
    case 'indication':
      receiveIndication(state, received);
      return 'ice';
    case 'success':
    case 'error': {
      const cause = receiveResponse(now, state, received);
      if (cause) reject(state, cause);
      return cause === 'unknown-transaction' ? 'other' : 'ice';
    }
  }
}

/** Whether the datagram is for this agent, where several share a socket; it changes nothing. */
export function owns(state: AgentState, arrival: Arrival): boolean {
  if (state.isClosed) return false;
  const message = stunOf(arrival.bytes);
  if (!message) return isFromPeer(state, arrival);
  switch (message.class) {
    case 'request':
      return isAddressedTo(state.local.ufrag, message);
    case 'indication':
      return isFarewell(message) && isAddressedTo(state.local.ufrag, message);
    case 'success':
    case 'error':
      return state.transactions.has(hex(message.transactionId));
  }
}

/** Whether the peer has proved that it is at the datagram's source, by an authentic check or an answer to one. */
function isFromPeer({ isClosed, config, checklist }: AgentState, { socket, from }: Arrival): boolean {
  if (isClosed) return false;
  const pair = checklist.find(socket, from);
  if (pair) return isProven(pair);
  return (
    config.answersFromAnyPort && checklist.pairs().some((known) => isProven(known) && isSameWay(known, socket, from))
  );
}

function isProven({ isHeard, state }: Pair): boolean {
  return isHeard || state === 'succeeded';
}

/** Whether the pair is one of that socket and that address, whatever the port. */
function isSameWay({ local, remote }: Pair, socket: string, from: Arrival['from']): boolean {
  return local.socket === socket && remote.endpoint.address === from.address;
}

/** The Binding message of ICE in a datagram; FINGERPRINT tells it from data and from plain STUN (RFC 8445 §7.1). */
function stunOf(bytes: Uint8Array): StunMessage | null {
  if (!mayBeStun(bytes) || !hasValidFingerprint(bytes)) return null;
  const decoded = decode(bytes);
  const isBinding = decoded.ok && decoded.message.method === METHOD.binding && !isClassic(decoded.message);
  return isBinding ? decoded.message : null;
}

/** RFC 8489 §5: a message begins with two zero bits. All of a path's data comes by here. */
function mayBeStun([first = 0xff]: Uint8Array): boolean {
  return first < 0x40;
}
