/** The counts of the relay: plain numbers, one increment for an event, read by the metrics. */
import { ERROR_CODES, type ErrorCode } from './error-code.ts';

export const DROP_REASONS = [
  /** It is neither STUN nor ChannelData, or not well formed. */
  'malformed',
  /** It is a response, or an indication that no client sends. */
  'unexpected',
  /** Its FINGERPRINT does not match. */
  'bad-fingerprint',
  /** It is data from a client that has no allocation, or for an allocation that has ended. */
  'no-allocation',
  'no-permission',
  'no-channel',
  /** It is for an endpoint that nothing is relayed to. */
  'forbidden-peer',
  /** It is from a peer, and too long for an indication to the client. */
  'too-long',
  /** It exceeds the bandwidth of the allocation, of its source, or of the whole relay. */
  'bandwidth',
  'source-bandwidth',
  'total-bandwidth',
  /** The client does not read fast enough. */
  'slow-client',
  /** A source without credentials has had its share of errors. */
  'rate-limited',
  /** The system refused to send it, or too much was waiting to be sent. */
  'send-failed',
] as const;
export type TurnDropReason = (typeof DROP_REASONS)[number];

export const DIRECTIONS = ['to-peer', 'to-client'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface TurnCounts {
  /** How many were ever made. */
  allocations: number;
  readonly refused: Record<ErrorCode, number>;
  readonly relayed: Record<Direction, { packets: number; bytes: number }>;
  readonly dropped: Record<TurnDropReason, number>;
}

export function createTurnCounts(): TurnCounts {
  return {
    allocations: 0,
    refused: record(ERROR_CODES, () => 0),
    relayed: record(DIRECTIONS, () => ({ packets: 0, bytes: 0 })),
    dropped: record(DROP_REASONS, () => 0),
  };
}

function record<Key extends string | number, Value>(keys: readonly Key[], value: () => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, value()])) as Record<Key, Value>;
}
