/** One message of the server: what it is, and whether it is well formed; then to the rule for it. */
import { sameEndpoint } from '../endpoint.ts';
import type { Arrival } from '../session.ts';
import { ATTRIBUTE_NAMES } from '../stun/attribute.ts';
import { decode } from '../stun/decode.ts';
import { isClassic, unknownRequired } from '../stun/message.ts';
import { receiveChannelData, receiveIndication } from './data.ts';
import type { State, TurnRejectionCause } from './state.ts';
import { receiveResponse } from './transactions.ts';
import { isChannelData } from './wire/channel-data.ts';

/** Everything that the codec knows. */
const UNDERSTOOD = new Set(ATTRIBUTE_NAMES);

/** Takes what came; the cause when it is not believed. */
export function receive(now: number, state: State, { from, bytes }: Arrival): TurnRejectionCause | null {
  if (!sameEndpoint(from, state.server)) return 'wrong-source';
  if (isChannelData(bytes)) return receiveChannelData(now, state, bytes);
  const decoded = decode(bytes);
  if (!decoded.ok || isClassic(decoded.message)) return 'malformed';
  const { message } = decoded;
  if (unknownRequired(message, UNDERSTOOD).length > 0) return 'unknown-attribute';
  const isResponse = message.class === 'success' || message.class === 'error';
  return isResponse ? receiveResponse(now, state, { message, bytes }) : receiveIndication(now, state, message);
}
