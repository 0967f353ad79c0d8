/** Relays data through an allocation, both ways, in ChannelData (RFC 8656 §12.5 to §12.7) or in indications (§11). */
import { type Endpoint, familyOf } from '../../../../src/endpoint.ts';
import { encode } from '../../../../src/stun/encode.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import { attribute, unknownRequired } from '../../../../src/stun/message.ts';
import { decodeChannelData, encodeChannelData } from '../../../../src/turn/wire/channel-data.ts';
import { isAllowedEndpoint } from '../access/peer-policy.ts';
import type { TurnDropReason } from '../counts.ts';
import { isStream } from '../five-tuple.ts';
import type { Received, TurnClientMessage } from '../received.ts';
import { type Allocation, openAllocationOf, peerKey, type State } from '../state.ts';
import { understood } from '../understood.ts';
import { takeBytes } from './bandwidth.ts';
import { channelOf } from './channel.ts';
import { isPermitted } from './permission.ts';

/** Relays a client's ChannelData; this is the path that has to be fast. */
export function receiveChannelData(
  now: number,
  state: State,
  { fiveTuple, bytes }: TurnClientMessage,
): TurnDropReason | null {
  const framed = decodeChannelData(bytes);
  if (!framed) return 'malformed';
  const allocation = openAllocationOf(now, state, fiveTuple);
  if (!allocation) return 'no-allocation';
  const channel = channelOf(now, allocation, framed.channel);
  if (!channel) return 'no-channel';
  return toPeer(now, state, { allocation, peer: channel.peer, data: framed.data });
}

/** Relays a client's Send indication (§11.2); a wrong one is never answered. */
export function receiveSend(now: number, state: State, { fiveTuple, request }: Received): TurnDropReason | null {
  const peer = attribute(request, 'XOR-PEER-ADDRESS');
  const data = attribute(request, 'DATA');
  const allocation = openAllocationOf(now, state, fiveTuple);
  if (!allocation) return 'no-allocation';
  if (!peer || !data || unknownRequired(request, understood(METHOD.send)).length > 0) return 'malformed';
  if (familyOf(peer.address) !== allocation.family) return 'no-permission';
  return toPeer(now, state, { allocation, peer, data });
}

function toPeer(
  now: number,
  state: State,
  { allocation, peer, data }: { readonly allocation: Allocation; readonly peer: Endpoint; readonly data: Uint8Array },
): TurnDropReason | null {
  if (!isPermitted(now, allocation, peer.address)) return 'no-permission';
  if (!isAllowedEndpoint(state, peer)) return 'forbidden-peer';
  const bytes = data.length;
  const excess = takeBytes(now, state, { allocation, direction: 'to-peer', bytes });
  if (excess) return excess;
  const sent = state.counts.relayed['to-peer'];
  sent.packets++;
  sent.bytes += bytes;
  state.outputs.push({ kind: 'relay', allocation: allocation.id, to: peer, bytes: data });
  return null;
}

/** Relays a datagram that a peer has sent to the relayed socket. */
export function receiveFromPeer(
  now: number,
  state: State,
  { allocation: id, from, bytes }: FromPeer,
): TurnDropReason | null {
  const allocation = state.allocations.get(id);
  if (!allocation?.reply || now >= allocation.expiresAt) return 'no-allocation';
  if (!isPermitted(now, allocation, from.address)) return 'no-permission';
  const length = bytes.length;
  const excess = takeBytes(now, state, { allocation, direction: 'to-client', bytes: length });
  if (excess) return excess;
  const sent = state.counts.relayed['to-client'];
  sent.packets++;
  sent.bytes += length;
  const channel = channelOf(now, allocation, allocation.channelsByPeer.get(peerKey(from))?.number);
  const { fiveTuple } = allocation;
  state.outputs.push({
    kind: 'reply',
    fiveTuple,
    bytes: channel
      ? encodeChannelData({ channel: channel.number, data: bytes }, { padded: isStream(fiveTuple) })
      : dataIndication(state, from, bytes),
    isData: true,
  });
  return null;
}

export interface FromPeer {
  readonly allocation: number;
  readonly from: Endpoint;
  readonly bytes: Uint8Array;
}

/** A Data indication (§11.4). */
function dataIndication({ randomBytes }: State, from: Endpoint, data: Uint8Array): Uint8Array {
  return encode({
    class: 'indication',
    method: METHOD.data,
    transactionId: randomBytes(12),
    attributes: [
      { type: 'XOR-PEER-ADDRESS', value: from },
      { type: 'DATA', value: data },
    ],
  });
}
