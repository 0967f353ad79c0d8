/** What comes to a TURN client's socket, told apart: answers, data of peers, and what is not believed. */
import { type Endpoint, sameEndpoint } from '../endpoint.ts';
import type { Arrival } from '../session.ts';
import { ATTRIBUTE_NAMES } from '../stun/attribute.ts';
import { decode } from '../stun/decode.ts';
import { METHOD } from '../stun/header.ts';
import { attribute, isClassic, type StunMessage, unknownRequired } from '../stun/message.ts';
import type { Channels } from './channel.ts';
import type { ClientState } from './client-state.ts';
import type { Permissions } from './permission.ts';
import type { TurnRejectionCause } from './rejection.ts';
import { decodeChannelData, isChannelData } from './wire/channel-data.ts';

/** Everything that the codec knows. */
const UNDERSTOOD = new Set(ATTRIBUTE_NAMES);

/** Gives the receiver: the cause when it does not believe what it was handed. */
export function createInbound(
  state: ClientState,
  options: { readonly server: Endpoint; readonly permissions: Permissions; readonly channels: Channels },
): (now: number, arrival: Arrival) => TurnRejectionCause | null {
  const { server, permissions, channels } = options;

  /** A peer that answers is one in use: it gets a channel. */
  const data = (now: number, from: Endpoint, bytes: Uint8Array): TurnRejectionCause | null => {
    if (state.phase !== 'allocated' || !permissions.expects(from.address)) return 'no-permission';
    channels.want(now, from);
    state.emit(now, { kind: 'data', from, bytes });
    return null;
  };

  const channelData = (now: number, framed: Uint8Array): TurnRejectionCause | null => {
    const decoded = decodeChannelData(framed);
    if (!decoded) return 'malformed';
    const peer = channels.peerOf(decoded.channel);
    return peer ? data(now, peer, new Uint8Array(decoded.data)) : 'unknown-channel';
  };

  const indication = (now: number, message: StunMessage): TurnRejectionCause | null => {
    if (message.class !== 'indication' || message.method !== METHOD.data) return 'unexpected';
    const from = attribute(message, 'XOR-PEER-ADDRESS');
    const bytes = attribute(message, 'DATA');
    return from && bytes ? data(now, from, bytes) : 'missing-attribute';
  };

  return (now, { from, bytes }) => {
    if (!sameEndpoint(from, server)) return 'wrong-source';
    if (isChannelData(bytes)) return channelData(now, bytes);
    const decoded = decode(bytes);
    if (!decoded.ok || isClassic(decoded.message)) return 'malformed';
    const { message } = decoded;
    if (unknownRequired(message, UNDERSTOOD).length > 0) return 'unknown-attribute';
    const isResponse = message.class === 'success' || message.class === 'error';
    return isResponse ? state.transactions.receive(now, bytes, message) : indication(now, message);
  };
}
