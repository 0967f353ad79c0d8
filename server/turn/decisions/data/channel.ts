/** ChannelBind (RFC 8656 §12.2): a number that stands for a peer in place of its address. */
import { type Endpoint, sameEndpoint } from '../../../../src/endpoint.ts';
import { attribute } from '../../../../src/stun/message.ts';
import { FIRST_CHANNEL, LAST_CHANNEL } from '../../../../src/turn/wire/channel-data.ts';
import { isAllowedEndpoint } from '../access/peer-policy.ts';
import { CHANNEL_MS } from '../limits.ts';
import type { AllocationRequest } from '../received.ts';
import type { RequestVerdict } from '../reply.ts';
import type { Allocation, Channel, State } from '../state.ts';
import { permit } from './permission.ts';

/** Binds a channel or renews it, and the permission with it. */
export function channelBind(now: number, state: State, { allocation, request }: AllocationRequest): RequestVerdict {
  const number = attribute(request, 'CHANNEL-NUMBER');
  const peer = attribute(request, 'XOR-PEER-ADDRESS');
  if (number === undefined || peer === undefined || number < FIRST_CHANNEL || number > LAST_CHANNEL) return 400;
  const { channels } = allocation;
  forgetChannels(now, allocation);
  const ofNumber = channels.get(number);
  const ofPeer = channelToward(now, allocation, peer);
  // A number has one peer, and a peer has one number.
  if ((ofNumber && !sameEndpoint(ofNumber.peer, peer)) || (ofPeer && ofPeer.number !== number)) return 400;
  if (!ofNumber && channels.size >= state.limits.peersPerAllocation) return 508;
  if (!isAllowedEndpoint(state, peer)) return 403;
  const refusal = permit(now, state, { allocation, peers: [peer] });
  if (refusal !== null) return refusal;
  const channel: Channel = ofNumber ?? { number, peer, expiresAt: 0 };
  channel.expiresAt = now + CHANNEL_MS;
  channels.set(number, channel);
  return [];
}

/** The channel of that number; a channel that is over is forgotten. */
export function channelOf(now: number, { channels }: Allocation, number: number): Channel | undefined {
  const channel = channels.get(number);
  if (!channel || now < channel.expiresAt) return channel;
  channels.delete(number);
  return undefined;
}

/** Forgets the channels that are over. */
export function forgetChannels(now: number, allocation: Allocation): void {
  for (const number of allocation.channels.keys()) channelOf(now, allocation, number);
}

/** The channel of that peer; one that is over is none. */
export function channelToward(now: number, { channels }: Allocation, peer: Endpoint): Channel | undefined {
  for (const channel of channels.values()) {
    if (sameEndpoint(channel.peer, peer) && now < channel.expiresAt) return channel;
  }
  return undefined;
}
