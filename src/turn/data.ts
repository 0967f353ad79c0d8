/** Data through the allocation, both ways, in ChannelData (RFC 8656 §12.5, §12.6) or in indications (§11). */
import { canonicalAddress, type Endpoint, familyOf } from '../endpoint.ts';
import { METHOD } from '../stun/header.ts';
import { attribute, type StunMessage } from '../stun/message.ts';
import { peerOf, sendToPeer, wantChannel } from './channel.ts';
import { admit, isPermitted } from './permission.ts';
import { emit, type PeerData, type State, type TurnRejectionCause } from './state.ts';
import { decodeChannelData } from './wire/channel-data.ts';

/** The longest datagram to a peer: with every header around it, it still fits one UDP datagram and one STUN message. */
export const DATA_MAX_BYTES = 65_400;

/** Why a datagram was not taken, in the system's words. */
export type SendRefusal =
  /** There is no allocation yet, or none any more. */
  | 'ENOTCONN'
  /** The server does not relay to that address. */
  | 'EACCES'
  /** The relayed address is of another family. */
  | 'EAFNOSUPPORT'
  | 'EMSGSIZE'
  /** There are more peer addresses than a client keeps. */
  | 'ENOBUFS';

/** Sends a datagram to a peer, or says why not. @throws Error when the peer's address is not an IP address. */
export function send(now: number, state: State, { peer, bytes }: PeerData): SendRefusal | null {
  if (state.phase !== 'allocated' || !state.relayed) return 'ENOTCONN';
  if (familyOf(peer.address) !== familyOf(state.relayed.address)) return 'EAFNOSUPPORT';
  if (bytes.length > DATA_MAX_BYTES) return 'EMSGSIZE';
  const data = { peer: { address: canonicalAddress(peer.address), port: peer.port }, bytes };
  switch (admit(now, state, data)) {
    case 'granted':
      sendToPeer(state, data);
      return null;
    case 'waiting':
      return null;
    case 'refused':
      return 'EACCES';
    case 'too-many':
      return 'ENOBUFS';
  }
}

export function receiveChannelData(now: number, state: State, framed: Uint8Array): TurnRejectionCause | null {
  const decoded = decodeChannelData(framed);
  if (!decoded) return 'malformed';
  const peer = peerOf(state, decoded.channel);
  return peer ? receiveFromPeer(now, state, { peer, bytes: new Uint8Array(decoded.data) }) : 'unknown-channel';
}

/** Takes an indication; the only one that a server sends is Data (RFC 8656 §11.3). */
export function receiveIndication(now: number, state: State, message: StunMessage): TurnRejectionCause | null {
  if (message.class !== 'indication' || message.method !== METHOD.data) return 'unexpected';
  const peer: Endpoint | undefined = attribute(message, 'XOR-PEER-ADDRESS');
  const bytes = attribute(message, 'DATA');
  return peer && bytes ? receiveFromPeer(now, state, { peer, bytes }) : 'missing-attribute';
}

/** A peer that answers is in use: it gets a channel. */
function receiveFromPeer(now: number, state: State, { peer, bytes }: PeerData): TurnRejectionCause | null {
  if (state.phase !== 'allocated' || !isPermitted(state, peer.address)) return 'no-permission';
  wantChannel(now, state, peer);
  emit(now, state, { kind: 'data', from: peer, bytes });
  return null;
}
