/**
 * Channels: a number in place of a peer's endpoint, bound for the peers that answer (RFC 8656 §12); and data to a peer, on
 * its channel or without one.
 */
import { type Endpoint, formatEndpoint } from '../endpoint.ts';
import { encode } from '../stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../stun/header.ts';
import { CHANNEL_LIFETIME_MS, leaseFrom, NO_LEASE } from './pace.ts';
import { type Channel, emit, lose, type PeerData, type RequestOutcome, type State, transmit } from './state.ts';
import { ask, failureOf } from './transactions.ts';
import { encodeChannelData, FIRST_CHANNEL } from './wire/channel-data.ts';

/** How many peers have a channel: those that answered first. A number stays its peer's for good (RFC 8656 §12.1). */
const CHANNELS_MAX = 64;

/** Sends data: in ChannelData where the server has confirmed a channel, else in a Send indication. */
export function sendToPeer(state: State, { peer, bytes }: PeerData): void {
  const channel = state.channelsByPeer.get(formatEndpoint(peer));
  if (channel?.state !== 'bound') {
    transmit(state, sendIndication(state, { peer, bytes }));
    return;
  }
  channel.isUsed = true;
  transmit(state, encodeChannelData({ channel: channel.number, data: bytes }, { padded: state.isStream }));
}

/** RFC 8656 §11.1: 36 bytes around the data for IPv4. */
function sendIndication({ randomBytes }: State, { peer, bytes }: PeerData): Uint8Array {
  return encode({
    class: 'indication',
    method: METHOD.send,
    transactionId: randomBytes(TRANSACTION_ID_BYTES),
    attributes: [
      { type: 'XOR-PEER-ADDRESS', value: peer },
      { type: 'DATA', value: bytes },
    ],
  });
}

/** The peer that sends on that number, which keeps the channel alive; null when it was never asked for. */
export function peerOf({ channels }: State, number: number): Endpoint | null {
  const channel = channels.get(number);
  if (!channel) return null;
  channel.isUsed = true;
  return channel.peer;
}

/** Binds a channel to a peer that is in use, unless it has one. */
export function wantChannel(now: number, state: State, peer: Endpoint): void {
  const known = state.channelsByPeer.get(formatEndpoint(peer));
  if (known ? known.state !== 'unbound' || known.isAsking : state.channels.size >= CHANNELS_MAX) return;
  channelBind(now, state, known ?? addChannel(state, peer));
}

/** Refreshes what is due; when the next thing will be. */
export function advanceChannels(now: number, state: State): number {
  let next = Number.POSITIVE_INFINITY;
  for (const channel of state.channels.values()) {
    if (channel.state !== 'bound') continue;
    if (now >= channel.expiresAt) {
      channel.state = 'unbound';
      continue;
    }
    const isDue = now >= channel.refreshAt && !channel.isAsking;
    if (isDue && channel.isUsed) channelBind(now, state, channel);
    next = Math.min(next, isDue || channel.isAsking ? channel.expiresAt : channel.refreshAt);
  }
  return next;
}

function addChannel({ channels, channelsByPeer }: State, peer: Endpoint): Channel {
  const number = FIRST_CHANNEL + channels.size;
  const channel: Channel = { number, peer, state: 'unbound', isAsking: false, isUsed: false, ...NO_LEASE };
  channels.set(number, channel);
  channelsByPeer.set(formatEndpoint(peer), channel);
  return channel;
}

/** Asks to bind the channel, or to refresh it (RFC 8656 §12.1). */
function channelBind(askedAt: number, state: State, channel: Channel): void {
  channel.isAsking = true;
  channel.isUsed = false;
  ask(askedAt, state, {
    method: METHOD.channelBind,
    attributes: [
      { type: 'CHANNEL-NUMBER', value: channel.number },
      { type: 'XOR-PEER-ADDRESS', value: channel.peer },
    ],
    settle: (now, outcome) => {
      channel.isAsking = false;
      if (outcome.kind !== 'success') return denied(now, state, { channel, outcome });
      const isNew = channel.state === 'unbound';
      channel.state = 'bound';
      Object.assign(channel, leaseFrom(askedAt, CHANNEL_LIFETIME_MS));
      if (isNew) emit(now, state, { kind: 'channel-bound', peer: channel.peer, channel: channel.number });
    },
  });
}

/** Send indications do as well. Without a response the channel is asked for again when the peer is heard again. */
function denied(
  now: number,
  state: State,
  { channel, outcome }: { readonly channel: Channel; readonly outcome: Exclude<RequestOutcome, { kind: 'success' }> },
): void {
  const failure = failureOf(outcome);
  if (failure.reason === 'allocation-mismatch') lose(now, state, failure);
  else if (outcome.kind === 'error') channel.state = 'refused';
  else channel.refreshAt = now;
}
