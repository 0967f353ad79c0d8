/**
 * Relays data through an allocation, both ways, in ChannelData (RFC 8656 §12.5 to §12.7) or in indications (§11). Each
 * datagram leads to one output, or is dropped; this is the path that has to be fast.
 */
import type { Endpoint } from '../../../../src/endpoint.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../../../../src/stun/header.ts';
import { attribute, unknownRequired } from '../../../../src/stun/message.ts';
import { decodeChannelData, encodeChannelData, isChannelData } from '../../../../src/turn/wire/channel-data.ts';
import {
  DATA_IN_INDICATION_MAX_BYTES,
  encodeDataIndication,
  type PeerData,
  readSendIndication,
} from '../../../../src/turn/wire/indication.ts';
import { isAllowedEndpoint } from '../access/peer-policy.ts';
import type { Direction, TurnDropReason } from '../counts.ts';
import { type FiveTuple, isStream } from '../five-tuple.ts';
import type { ToClient, ToPeer } from '../input-output.ts';
import type { Received, TurnClientMessage } from '../received.ts';
import { type Allocation, openAllocationOf, type State } from '../state.ts';
import { understood } from '../understood.ts';
import { takeBytes } from './bandwidth.ts';
import { channelOf, channelToward } from './channel.ts';
import { permissionFor } from './permission.ts';

/** Relays what is data at first sight, ChannelData or a plain Send indication; null for a message that has to be decoded. */
export function receiveData(now: number, state: State, message: TurnClientMessage): ToPeer | TurnDropReason | null {
  if (isChannelData(message.bytes)) return receiveChannelData(now, state, message);
  const sent = readSendIndication(message.bytes);
  return sent && sendData(now, state, { fiveTuple: message.fiveTuple, ...sent });
}

function receiveChannelData(
  now: number,
  state: State,
  { fiveTuple, bytes }: TurnClientMessage,
): ToPeer | TurnDropReason {
  const framed = decodeChannelData(bytes);
  if (!framed) return 'malformed';
  const allocation = openAllocationOf(now, state, fiveTuple);
  if (!allocation) return 'no-allocation';
  const channel = channelOf(now, allocation, framed.channel);
  if (!channel) return 'no-channel';
  return toPeer(now, state, { allocation, peer: channel.peer, data: framed.data });
}

/** Relays a client's Send indication (§11.2); a wrong one is never answered. */
export function receiveSend(now: number, state: State, { fiveTuple, request }: Received): ToPeer | TurnDropReason {
  const peer = attribute(request, 'XOR-PEER-ADDRESS');
  const data = attribute(request, 'DATA');
  const isWhole = peer && data && unknownRequired(request, understood(METHOD.send)).length === 0;
  if (isWhole) return sendData(now, state, { fiveTuple, peer, data });
  return openAllocationOf(now, state, fiveTuple) ? 'malformed' : 'no-allocation';
}

function sendData(
  now: number,
  state: State,
  { fiveTuple, peer, data }: PeerData & { readonly fiveTuple: FiveTuple },
): ToPeer | TurnDropReason {
  const allocation = openAllocationOf(now, state, fiveTuple);
  if (!allocation) return 'no-allocation';
  return toPeer(now, state, { allocation, peer, data });
}

function toPeer(
  now: number,
  state: State,
  { allocation, peer, data }: PeerData & { readonly allocation: Allocation },
): ToPeer | TurnDropReason {
  const permission = permissionFor(now, allocation, peer.address);
  if (!permission) return 'no-permission';
  // The text of the permission, which is interned already (five-tuple.ts).
  const to = { address: permission.address, port: peer.port };
  if (!isAllowedEndpoint(state, to)) return 'forbidden-peer';
  const excess = takeBytes(now, state, { allocation, direction: 'to-peer', bytes: data.length });
  if (excess) return excess;
  count(state, 'to-peer', data.length);
  return { kind: 'relay', allocation: allocation.id, to, bytes: data };
}

export interface FromPeer {
  readonly allocation: number;
  readonly from: Endpoint;
  readonly bytes: Uint8Array;
}

/** Relays a datagram that a peer has sent to the relayed socket. */
export function receiveFromPeer(
  now: number,
  state: State,
  { allocation: id, from, bytes }: FromPeer,
): ToClient | TurnDropReason {
  const allocation = state.allocations.get(id);
  if (!allocation?.reply || now >= allocation.expiresAt) return 'no-allocation';
  if (!permissionFor(now, allocation, from.address)) return 'no-permission';
  if (bytes.length > DATA_IN_INDICATION_MAX_BYTES) return 'too-long';
  const excess = takeBytes(now, state, { allocation, direction: 'to-client', bytes: bytes.length });
  if (excess) return excess;
  count(state, 'to-client', bytes.length);
  const framed = framedForClient(now, state, { allocation, peer: from, data: bytes });
  return { kind: 'reply', fiveTuple: allocation.fiveTuple, bytes: framed, isData: true };
}

/** ChannelData (§12.7) where the peer has a channel, else a Data indication (§11.4). */
function framedForClient(
  now: number,
  { randomBytes }: State,
  { allocation, peer, data }: PeerData & { readonly allocation: Allocation },
): Uint8Array {
  const channel = channelToward(now, allocation, peer);
  if (!channel) return encodeDataIndication({ peer, data }, randomBytes(TRANSACTION_ID_BYTES));
  return encodeChannelData({ channel: channel.number, data }, { padded: isStream(allocation.fiveTuple) });
}

function count({ counts }: State, direction: Direction, bytes: number): void {
  const relayed = counts.relayed[direction];
  relayed.packets++;
  relayed.bytes += bytes;
}
