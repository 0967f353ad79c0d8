/** ChannelBind (RFC 8656 §12.2): a number that stands for a peer in place of its address. */
import { sameEndpoint } from '../../../../src/endpoint.ts';
import { attribute } from '../../../../src/stun/message.ts';
import { FIRST_CHANNEL, LAST_CHANNEL } from '../../../../src/turn/wire/channel-data.ts';
import { isAllowedEndpoint } from '../access/peer-policy.ts';
import { CHANNEL_MS } from '../limits.ts';
import type { AllocationRequest } from '../received.ts';
import type { RequestVerdict } from '../reply.ts';
import { type Allocation, type Channel, peerKey, type State } from '../state.ts';
import { permit } from './permission.ts';

/** Binds a channel or renews it, and the permission with it. */
export function channelBind(now: number, state: State, { allocation, request }: AllocationRequest): RequestVerdict {
  const number = attribute(request, 'CHANNEL-NUMBER');
  const peer = attribute(request, 'XOR-PEER-ADDRESS');
  if (number === undefined || peer === undefined || number < FIRST_CHANNEL || number > LAST_CHANNEL) return 400;
  const { channels, channelsByPeer } = allocation;
  const ofNumber = channelOf(now, allocation, number);
  const ofPeer = channelOf(now, allocation, channelsByPeer.get(peerKey(peer))?.number);
  // A number has one peer, and a peer has one number.
  if ((ofNumber && !sameEndpoint(ofNumber.peer, peer)) || (ofPeer && ofPeer.number !== number)) return 400;
  if (!ofNumber && channels.size >= state.limits.peersPerAllocation) return 508;
  if (!isAllowedEndpoint(state, peer)) return 403;
  const refusal = permit(now, state, { allocation, peers: [peer] });
  if (refusal !== null) return refusal;
  const channel: Channel = ofNumber ?? { number, peer, expiresAt: 0 };
  channel.expiresAt = now + CHANNEL_MS;
  channels.set(number, channel);
  channelsByPeer.set(peerKey(peer), channel);
  return [];
}

/** The channel of that number; a channel that is over is forgotten. */
export function channelOf(now: number, allocation: Allocation, number: number | undefined): Channel | undefined {
  const channel = number === undefined ? undefined : allocation.channels.get(number);
  if (!channel || now < channel.expiresAt) return channel;
  allocation.channels.delete(channel.number);
  allocation.channelsByPeer.delete(peerKey(channel.peer));
  return undefined;
}
